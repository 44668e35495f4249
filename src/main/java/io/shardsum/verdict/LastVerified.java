package io.shardsum.verdict;

import java.time.Instant;

/** The last scan in which every rank of an engine was found right. */
public record LastVerified(String scanId, Instant startedAt) {}
