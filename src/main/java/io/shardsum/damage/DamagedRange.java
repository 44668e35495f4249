package io.shardsum.damage;

import java.io.Serializable;

/**
 * A run of differing bytes, the first and the last of which differ.
 *
 * @param offsetBytes where it begins in the tensor
 * @param lengthBytes at least 1
 * @param fileOffsetBytes where it begins in the file
 */
public record DamagedRange(long offsetBytes, long lengthBytes, long fileOffsetBytes)
    implements Serializable {}
