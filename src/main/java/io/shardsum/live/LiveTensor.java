package io.shardsum.live;

/**
 * A tensor as a running engine reports it.
 *
 * @param role {@code target}, or that of a draft
 * @param key its name with the role's prefix
 */
public record LiveTensor(String role, String tensor, String key, String checksum) {}
