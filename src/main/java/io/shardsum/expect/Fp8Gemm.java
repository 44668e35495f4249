package io.shardsum.expect;

/**
 * What multiplies block-quantized FP8 matrices.
 *
 * @param backend as the flag says it
 * @param hasDeepGemm whether DeepGEMM may be used
 */
record Fp8Gemm(String backend, boolean hasDeepGemm) {

  boolean isDeepGemm() {
    return hasDeepGemm && (backend.equals("auto") || backend.equals("deep_gemm"));
  }
}
