/**
 * The checksums, without Spark: what an engine reports for a tensor, a rank and a whole engine.
 *
 * <p>{@link io.shardsum.checksum.SglangChecksum} is the 64-bit tensor checksum of SGLang's {@code
 * /weights_checker}; {@link io.shardsum.checksum.WeightDigest} merges tensors into a rank digest
 * and ranks into an engine digest; {@link io.shardsum.checksum.Fp8Dequantizer} gives the bytes that
 * engines hash of weights in block-quantized FP8. The values are stored and compared over years:
 * they are frozen by vectors that the reference itself produced ({@code
 * src/test/resources/golden}).
 */
package io.shardsum.checksum;
