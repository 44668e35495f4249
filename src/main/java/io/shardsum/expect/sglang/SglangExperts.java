package io.shardsum.expect.sglang;

import io.shardsum.expect.model.ExpertLayout;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.Quantization.Scheme;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.Map;
import java.util.Set;

/** The order in which SGLang's {@code FusedMoE} stores experts. */
record SglangExperts(SglangMoe moe, Gpu gpu, boolean hasDeepGemm) {
  private static final String AUTO = "auto";
  private static final Set<String> TRTLLM = Set.of("flashinfer_trtllm", "flashinfer_trtllm_routed");
  private static final Set<String> DEEP_GEMM_EXCHANGES = Set.of("deepep", "mooncake", "nixl");
  private static final Set<String> KEEP_SHARED_APART =
      Set.of(
          "flashinfer_trtllm",
          "flashinfer_trtllm_routed",
          "experimental_sgl_trtllm",
          "flashinfer_cutedsl",
          "lora_triton",
          "lora_cutedsl",
          "lora_marlin");

  /** Whether nothing forbids to count a shared expert of DeepSeek's classes among the others. */
  boolean mayFuseShared() {
    return moe.mayFuseShared() && !KEEP_SHARED_APART.contains(runner(Map.of(), Scheme.NONE));
  }

  /** What multiplies the experts' matrices; {@code auto} where nothing decided. */
  private String runner(Map<String, String> options, Scheme scheme) {
    if (!moe.runner().equals(AUTO) || moe.exchanges() || gpu != Gpu.SM100) {
      return moe.runner();
    }
    return switch (options.getOrDefault("runner on sm100", "flashinfer_trtllm")) {
      case AUTO -> AUTO;
      case "auto with fp8" -> scheme == Scheme.BLOCK_FP8 ? AUTO : "flashinfer_trtllm";
      default -> "flashinfer_trtllm";
    };
  }

  ExpertLayout layout(Scheme scheme, DType dtype, Map<String, String> options) {
    if (moe.relocation().isPresent()) {
      throw new UnpredictableException(moe.relocation().get());
    }
    String runner = runner(options, scheme);
    if (runner.equals("triton") || (runner.equals(AUTO) && !moe.exchanges())) {
      boolean interleaves =
          moe.interleavesHalves()
              && scheme == Scheme.NONE
              && dtype == DType.BF16
              && !moe.exchanges();
      return interleaves ? ExpertLayout.INTERLEAVED : ExpertLayout.GATE_FIRST;
    }
    if (isDeepGemm(runner)) {
      return ExpertLayout.GATE_FIRST;
    }
    if (TRTLLM.contains(runner) && scheme == Scheme.BLOCK_FP8) {
      return ExpertLayout.UP_FIRST;
    }
    if (runner.equals("flashinfer_cutlass") && scheme == Scheme.NONE && dtype != DType.F32) {
      return ExpertLayout.UP_FIRST;
    }
    throw new UnpredictableException(
        ("the order in which moe-runner-backend %s with moe-a2a-backend %s, %s and dtype %s stores"
                + " experts is not known")
            .formatted(
                ForeignText.quoted(runner),
                ForeignText.quoted(moe.allToAll()),
                scheme == Scheme.NONE ? "no quantization" : "fp8",
                dtype));
  }

  private boolean isDeepGemm(String runner) {
    return runner.equals("deep_gemm")
        || (runner.equals(AUTO) && DEEP_GEMM_EXCHANGES.contains(moe.allToAll()));
  }

  Fp8Loading loading() {
    boolean requantizes = gpu == Gpu.SM100 && hasDeepGemm && isDeepGemm(moe.runner());
    return requantizes ? Fp8Loading.ON_SM100 : Fp8Loading.AS_STORED;
  }
}
