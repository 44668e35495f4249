package io.shardsum.expect.sglang;

import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpertLayout;
import io.shardsum.expect.model.Experts;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.Quantization.Scheme;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.SizeLimits;
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The routed experts of SGLang's {@code FusedMoE}: which slots hold what, and in which order. */
final class SglangExperts {
  private static final Set<String> TRTLLM = Set.of("flashinfer_trtllm", "flashinfer_trtllm_routed");
  private static final Set<String> DEEP_GEMM_EXCHANGES = Set.of("deepep", "mooncake", "nixl");

  private final SglangEngine engine;
  private final Experts experts;
  private final long count;

  /**
   * @param count routed experts
   * @throws ExpectException if more ranks share each of them than there are, or they are too many
   */
  SglangExperts(SglangEngine engine, Experts experts, long count, long layers) {
    this.engine = engine;
    this.experts = experts;
    this.count = count;
    int ranksOfEach = engine.topology().tp() / engine.topology().ep();
    if (ranksOfEach > count) {
      throw new ExpectException(
          "tp / ep is %s; expected at most the %s routed experts".formatted(ranksOfEach, count));
    }
    SizeLimits.requireExperts(physical(), layers, ranksOfEach);
  }

  private long physical() {
    return count + engine.moe().redundantExperts();
  }

  /**
   * Declares a layer's experts.
   *
   * @param layer what the names of the layer's tensors begin with
   * @param fused modules of shared experts that count among the routed ones
   */
  void declare(String layer, int rank, List<String> fused, DeclaredTensors tensors) {
    String name = layer + "mlp.experts";
    Span held = engine.topology().expertShare(rank).span(physical(), "experts");
    List<String> slots = new ArrayList<>();
    for (long slot = held.begin(); slot < held.end(); slot++) {
      slots.add(name + "." + slot % count + ".");
    }
    slots.addAll(fused);
    Share inside = engine.topology().insideExpertShare(rank);
    experts.requireEqualParts(inside);
    try {
      Scheme scheme = tensors.weights().quantization().ofExperts(name);
      if (scheme == Scheme.REFUSED || scheme == Scheme.UNKNOWN) {
        throw new UnpredictableException(tensors.weights().quantization().refusal());
      }
      ExpertLayout layout = layout(scheme, tensors.dtype());
      experts.declare(name, slots, inside, layout, loading(), tensors);
    } catch (UnpredictableException e) {
      tensors.refuse(name + ".w13_weight", e.getMessage());
      tensors.refuse(name + ".w2_weight", e.getMessage());
    }
  }

  /** What multiplies the experts' matrices; {@code auto} where nothing decided. */
  static String runner(SglangEngine engine) {
    SglangMoe moe = engine.moe();
    boolean undecided = moe.runner().equals("auto") && !moe.exchanges();
    return undecided && engine.gpu() == Gpu.SM100 ? "flashinfer_trtllm" : moe.runner();
  }

  private ExpertLayout layout(Scheme scheme, DType dtype) {
    SglangMoe moe = engine.moe();
    if (moe.relocation().isPresent()) {
      throw new UnpredictableException(moe.relocation().get());
    }
    String runner = runner(engine);
    if (runner.equals("triton") || (runner.equals("auto") && !moe.exchanges())) {
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
        || (runner.equals("auto") && DEEP_GEMM_EXCHANGES.contains(engine.moe().allToAll()));
  }

  private Fp8Loading loading() {
    boolean requantizes =
        engine.gpu() == Gpu.SM100
            && engine.fp8Gemm().hasDeepGemm()
            && isDeepGemm(engine.moe().runner());
    return requantizes ? Fp8Loading.ON_SM100 : Fp8Loading.AS_STORED;
  }
}
