/** What engines must hold by their checkpoints: planned, hashed, and compared. */
package io.shardsum.scan.checkpoint;
