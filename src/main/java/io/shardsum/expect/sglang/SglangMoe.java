package io.shardsum.expect.sglang;

import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.Settings;
import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What SGLang's flags and variables say of mixtures of experts.
 *
 * @param runner what multiplies the experts' matrices; {@code auto} where the flags do not decide
 * @param allToAll what exchanges tokens between ranks
 * @param redundantExperts how many experts are there twice
 * @param denseTp how many ranks share the dense layers of a mixture: 1, or all if it is empty
 * @param interleavesHalves whether gate and up of an expert lie row by row
 * @param sharedWhole whether each rank holds shared experts whole
 * @param mayFuseShared whether nothing forbids to count shared experts among the others
 * @param relocation what moves experts between ranks, if something does
 */
record SglangMoe(
    String runner,
    String allToAll,
    int redundantExperts,
    Optional<Integer> denseTp,
    boolean interleavesHalves,
    boolean sharedWhole,
    boolean mayFuseShared,
    Optional<String> relocation) {
  private static final String NONE = "none";
  private static final String MEGAMOE = "megamoe";
  private static final String DEEP_GEMM = "deep_gemm";
  private static final String AUTO = "auto";
  private static final List<String> RUNNERS =
      words(
          "auto deep_gemm triton triton_kernel flashinfer_trtllm experimental_sgl_trtllm"
              + " flashinfer_trtllm_routed flashinfer_cutlass flashinfer_mxfp4 flashinfer_cutedsl"
              + " flashinfer_megamoe cutlass aiter marlin humming experimental_sgl_marlin"
              + " lora_cutedsl lora_triton lora_marlin hpc_ops megamoe intel_xpu");
  private static final List<String> EXCHANGES =
      words(
          "none deepep mooncake nixl mori ascend_fuseep flashinfer megamoe deepep_v2 pplx ascend_tp"
              + " flashinfer_megamoe");
  private static final Set<String> ON_DEEP_GEMM = Set.of("deepep_v2", "pplx");
  private static final List<String> ON_ALL_RANKS =
      words(
          "deepep deepep_v2 megamoe flashinfer_megamoe mooncake nixl mori pplx flashinfer"
              + " ascend_fuseep");

  private static List<String> words(String text) {
    return List.of(text.split(" ", -1));
  }

  static SglangMoe of(Settings settings) {
    String flag = settings.choice("moe-runner-backend", AUTO, RUNNERS);
    String exchange = settings.choice("moe-a2a-backend", NONE, EXCHANGES);
    String allToAll = flag.equals(MEGAMOE) ? MEGAMOE : exchange;
    boolean balances = settings.flag("enable-eplb");
    String location = settings.text("init-expert-location", "trivial");
    boolean exchanges = !allToAll.equals(NONE);
    boolean oneByOne = settings.variable("SGLANG_SHARED_EXPERT_TP1", false);
    boolean keepsApart = settings.flag("disable-shared-experts-fusion");
    boolean overlapsTwo = settings.flag("enable-two-batch-overlap");
    boolean overlapsOne = settings.flag("enable-single-batch-overlap");
    return new SglangMoe(
        runner(flag, allToAll),
        allToAll,
        settings.count("ep-num-redundant-experts", 0),
        settings.optionalCount("moe-dense-tp-size"),
        settings.variable("SGLANG_OPT_FUSE_SWIGLU_INTERLEAVED", false),
        oneByOne || exchanges,
        !keepsApart && !exchanges && !overlapsTwo && !overlapsOne,
        relocation(balances, location));
  }

  /** The runner {@code megamoe} is another name of that exchange. */
  private static String runner(String flag, String allToAll) {
    if (flag.equals(MEGAMOE)) {
      return AUTO;
    }
    if (!ON_DEEP_GEMM.contains(allToAll)) {
      return flag;
    }
    if (!flag.equals(AUTO) && !flag.equals(DEEP_GEMM)) {
      throw new ExpectException(
          "moe-runner-backend is %s; expected auto or deep_gemm with moe-a2a-backend %s"
              .formatted(flag, allToAll));
    }
    return DEEP_GEMM;
  }

  private static Optional<String> relocation(boolean balances, String location) {
    if (balances) {
      return Optional.of("enable-eplb moves experts between ranks");
    }
    return location.equals("trivial")
        ? Optional.empty()
        : Optional.of(
            "init-expert-location %s places experts by itself"
                .formatted(ForeignText.quoted(location)));
  }

  /** Whether ranks exchange tokens, each having experts of its own. */
  boolean exchanges() {
    return !allToAll.equals(NONE);
  }

  /** Whether each rank holds the dense layers of a mixture whole. */
  boolean hasWholeDense() {
    return denseTp.isPresent() && denseTp.get() == 1;
  }

  boolean forcesExpertsOnAllRanks() {
    return ON_ALL_RANKS.contains(allToAll);
  }
}
