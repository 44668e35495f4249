/**
 * Second readings: what differs is read again, byte by byte and by other executors, before anyone
 * is blamed.
 */
package io.shardsum.scan.reread;
