/**
 * The weights in files as rows: one reading of every shard, and what is known of where it was read.
 */
package io.shardsum.scan.files;
