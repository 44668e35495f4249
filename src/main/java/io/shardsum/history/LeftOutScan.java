package io.shardsum.history;

/**
 * A finished scan that a history leaves out.
 *
 * @param why in one line: it cannot be read, or it is dated in the future
 */
public record LeftOutScan(String scanId, String why) {}
