package io.shardsum.expect;

import java.util.Optional;
import java.util.Set;

/**
 * What SGLang's flags and variables say of mixtures of experts.
 *
 * @param runner what multiplies the experts' matrices
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
  private static final Set<String> ON_ALL_RANKS =
      Set.of(
          "deepep",
          "deepep_v2",
          "megamoe",
          "flashinfer_megamoe",
          "mooncake",
          "nixl",
          "mori",
          "pplx",
          "flashinfer",
          "ascend_fuseep");

  static SglangMoe of(Settings settings) {
    String allToAll = settings.text("moe-a2a-backend", NONE);
    boolean balances = settings.flag("enable-eplb");
    String location = settings.text("init-expert-location", "trivial");
    boolean exchanges = !allToAll.equals(NONE);
    boolean oneByOne = settings.flag("SGLANG_SHARED_EXPERT_TP1");
    boolean keepsApart = settings.flag("disable-shared-experts-fusion");
    boolean overlapsTwo = settings.flag("enable-two-batch-overlap");
    boolean overlapsOne = settings.flag("enable-single-batch-overlap");
    return new SglangMoe(
        settings.text("moe-runner-backend", "auto"),
        allToAll,
        settings.count("ep-num-redundant-experts", 0),
        settings.optionalCount("moe-dense-tp-size"),
        settings.flag("SGLANG_OPT_FUSE_SWIGLU_INTERLEAVED"),
        oneByOne || exchanges,
        !keepsApart && !exchanges && !overlapsTwo && !overlapsOne,
        relocation(balances, location));
  }

  private static Optional<String> relocation(boolean balances, String location) {
    if (balances) {
      return Optional.of("enable-eplb moves experts between ranks");
    }
    return location.equals("trivial")
        ? Optional.empty()
        : Optional.of(
            "init-expert-location %s places experts by itself"
                .formatted(MessageText.quoted(location)));
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
