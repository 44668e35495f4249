/**
 * Which files a scan does not read, since an earlier one has: their rows are taken over, until they
 * take part in a difference.
 */
package io.shardsum.scan.reuse;
