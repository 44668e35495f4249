package io.shardsum.scan.plan;

/**
 * What an earlier run of this scan has left, and this one does not read again.
 *
 * @param ranks of which all files landed
 * @param allRanks of the scan that have files
 * @param bytes of the files that landed
 * @param allBytes of the scan's files
 */
public record Resumed(int ranks, int allRanks, long bytes, long allBytes) {}
