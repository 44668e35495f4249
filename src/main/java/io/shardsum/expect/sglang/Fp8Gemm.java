package io.shardsum.expect.sglang;

import java.util.List;

/**
 * What multiplies block-quantized FP8 matrices.
 *
 * @param backend as the flag says it
 * @param hasDeepGemm whether DeepGEMM may be used
 */
record Fp8Gemm(String backend, boolean hasDeepGemm) {
  /** What {@code --fp8-gemm-backend} takes. */
  static final List<String> BACKENDS =
      List.of(
          ("auto deep_gemm flashinfer_trtllm flashinfer_cutlass flashinfer_deepgemm"
                  + " flashinfer_cutedsl cutlass triton aiter")
              .split(" ", -1));

  boolean isDeepGemm() {
    return hasDeepGemm && (backend.equals("auto") || backend.equals("deep_gemm"));
  }
}
