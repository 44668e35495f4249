package io.shardsum.verdict;

/**
 * What a copy of a rank holds as a whole.
 *
 * @param checksum as the engine would report it
 * @param metadata stands for what that checksum does not see: dtypes and shapes of the tensors
 */
public record RankContent(String checksum, String metadata) {}
