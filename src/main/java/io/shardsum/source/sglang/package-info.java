/**
 * What SGLang does with the tensors of a rank before it hashes them: it has names of its own for
 * some, and dequantizes block-quantized weights, for which it needs their scales.
 *
 * <p>Both need to be known of a rank as a whole, so that more of it is read than the file at hand.
 */
package io.shardsum.source.sglang;
