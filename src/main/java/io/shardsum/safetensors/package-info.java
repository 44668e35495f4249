/**
 * The safetensors file format: reads and checks a file's header, writes files.
 *
 * <p>One file, N being the length of the header in bytes and every number little-endian:
 *
 * <pre>
 * offset    length    content
 * 0         8         N, unsigned 64-bit, 2 to 100,000,000
 * 8         N         header: one JSON object in UTF-8, white space before and after it
 * 8 + N     the rest  data: the tensors' bytes, row-major, one after another to the end of the file
 * </pre>
 *
 * <p>The header names each tensor once, and may carry string properties of the file:
 *
 * <pre>
 * {"__metadata__": {"format": "pt"},
 *  "a.weight": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}}
 * </pre>
 *
 * <p>{@code data_offsets} are the first byte of the tensor and the byte after its last, relative to
 * the data. Together the tensors cover the data: no gap, no overlap, no byte left over. A tensor of
 * shape {@code []} holds one element; one with a 0 in its shape holds no bytes.
 *
 * <p>A file that breaks a rule is refused with a {@link
 * io.shardsum.safetensors.SafetensorsFormatException} that names the {@link
 * io.shardsum.safetensors.FormatRule}. The rules are those of the <a
 * href="https://github.com/huggingface/safetensors/blob/24b0b2857fef49be734b9ab72ce97c09bb25f5b9/README.md#format">format's
 * description</a>; where that is silent, those of the reference reader at the same commit, which
 * ignores unknown fields of a tensor, allows any JSON white space before and after the header's
 * object (writers pad a header so that the data begin on a page), and takes {@code "__metadata__":
 * null} for none.
 *
 * <p>Files that the reference reader loads, against its own description or by the leniency of its
 * JSON library, and that are refused here (the message of the first two says so):
 *
 * <ul>
 *   <li>the same key twice among the tensors, in {@code __metadata__}, or in an unknown field;
 *   <li>a tensor written as an array of its three fields, a dtype written as {@code {"F32":null}};
 *   <li>a dimension, or a product of dimensions and element bits, from 2<sup>63</sup> on, which is
 *       only possible for empty tensors.
 * </ul>
 */
package io.shardsum.safetensors;
