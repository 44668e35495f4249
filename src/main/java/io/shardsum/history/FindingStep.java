package io.shardsum.history;

/** A finding in a scan. */
public record FindingStep(PastScan scan, FindingState state) {}
