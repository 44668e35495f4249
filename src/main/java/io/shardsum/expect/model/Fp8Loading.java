package io.shardsum.expect.model;

/** Whether block-quantized FP8 is quantized again when it is loaded. */
public interface Fp8Loading {
  /** Never. */
  Fp8Loading AS_STORED = (rows, columns) -> false;

  /** As for DeepGEMM on SM100: if the sizes are such that it can multiply. */
  Fp8Loading ON_SM100 = (rows, columns) -> rows % 64 == 0 && columns % 128 == 0;

  /** Whether a matrix of these sizes is. */
  boolean requantizes(long rows, long columns);
}
