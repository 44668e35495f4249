/**
 * Shards that a scan makes for itself and damages on purpose: a scan that does not find that has
 * not read what it says it has.
 */
package io.shardsum.scan.canary;
