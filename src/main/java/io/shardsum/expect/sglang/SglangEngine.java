package io.shardsum.expect.sglang;

import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.PipelineSplit;
import io.shardsum.expect.model.Settings;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Optional;

/** An SGLang 0.5.23 engine: its ranks, and the flags and variables that change what they hold. */
final class SglangEngine {
  private static final String LORA = "LoRA wraps modules and so renames parameters";

  private final Topology topology;
  private final Gpu gpu;
  private final SglangMoe moe;
  private final Optional<String> layerPartition;
  private final boolean headOnAttentionGroup;
  private final Fp8Gemm fp8Gemm;
  private final Optional<String> quantization;
  private final boolean replicatesEmbedding;
  private final Optional<String> speculative;
  private final boolean hasWholeTower;
  private final boolean splitsIndexer;
  private final Optional<String> attentionBackend;
  private final Optional<String> refusal;

  private SglangEngine(EngineSetup setup, Settings settings) {
    this.gpu = setup.gpu();
    this.moe = SglangMoe.of(settings);
    this.topology =
        moe.forcesExpertsOnAllRanks() ? setup.topology().withExpertsOnAllRanks() : setup.topology();
    this.layerPartition = settings.text("SGLANG_PP_LAYER_PARTITION");
    this.headOnAttentionGroup = settings.flag("enable-dp-lm-head");
    this.fp8Gemm =
        new Fp8Gemm(
            settings.choice("fp8-gemm-backend", "auto", Fp8Gemm.BACKENDS),
            settings.variable("SGLANG_ENABLE_JIT_DEEPGEMM", true));
    this.quantization = settings.text("quantization");
    this.replicatesEmbedding = settings.variable("SGLANG_ENABLE_EMBED_REPLICATION", false);
    this.speculative = settings.text("speculative-algorithm");
    this.hasWholeTower = settings.flag("mm-enable-dp-encoder");
    this.splitsIndexer = settings.variable("SGLANG_DISABLE_DSA_INDEXER_FUSION", false);
    this.attentionBackend = settings.text("attention-backend");
    this.refusal = refusal(settings);
    settings.requireAllKnown();
    requireFitting();
  }

  private void requireFitting() {
    int denseTp = moe.denseTp().orElse(1);
    if (denseTp != 1 && denseTp != topology.tp()) {
      throw new ExpectException(
          "moe-dense-tp-size is %s; expected 1 or tp, which is %s"
              .formatted(denseTp, topology.tp()));
    }
    boolean isCutlass = moe.runner().equals("flashinfer_cutlass");
    if (isCutlass && topology.ep() != 1 && topology.ep() != topology.tp()) {
      throw new ExpectException(
          "ep is %s; expected 1 or tp, which is %s, with moe-runner-backend flashinfer_cutlass"
              .formatted(topology.ep(), topology.tp()));
    }
    if (moe.allToAll().equals("pplx") && topology.attentionDp() == 1) {
      throw new ExpectException("attn-dp is 1; expected at least 2 with moe-a2a-backend pplx");
    }
  }

  /**
   * Reads the settings.
   *
   * @throws ExpectException if one is not known, or has a wrong value
   */
  static SglangEngine of(EngineSetup setup) {
    return new SglangEngine(setup, new Settings(setup.settings()));
  }

  /** Settings under which nothing is predicted. All are read, so that all are known. */
  private static Optional<String> refusal(Settings settings) {
    String loadFormat = settings.text("load-format", "auto");
    List<Optional<String>> refusals =
        List.of(
            when(
                !loadFormat.equals("auto") && !loadFormat.equals("safetensors"),
                "load-format %s reads other files, or none; expected auto or safetensors"
                    .formatted(ForeignText.quoted(loadFormat))),
            when(settings.flag("enable-lora"), LORA),
            when(settings.text("lora-paths").isPresent(), LORA),
            when(
                settings.text("rl-on-policy-target").isPresent(),
                "rl-on-policy-target makes some norms and embeddings float32"),
            when(
                settings.text("json-model-override-args").isPresent(),
                "json-model-override-args changes the model's configuration"),
            when(
                settings.variable("SGLANG_ENABLE_WEIGHT_LOADER_V2", false),
                "SGLANG_ENABLE_WEIGHT_LOADER_V2 loads by rules that are not covered"),
            when(settings.count("moe-dp-size", 1) > 1, "moe-dp-size above 1 is not covered"),
            when(settings.count("attn-cp-size", 1) > 1, "attn-cp-size above 1 is not covered"),
            when(
                settings.count("cpu-offload-gb", 0) > 0,
                "cpu-offload-gb: a tensor that lies in CPU memory has another kind of checksum"));
    return refusals.stream().flatMap(Optional::stream).findFirst();
  }

  private static Optional<String> when(boolean refused, String reason) {
    return refused ? Optional.of(reason) : Optional.empty();
  }

  Topology topology() {
    return topology;
  }

  Gpu gpu() {
    return gpu;
  }

  SglangMoe moe() {
    return moe;
  }

  Fp8Gemm fp8Gemm() {
    return fp8Gemm;
  }

  /** What happens to block-quantized FP8 of linear modules when it is loaded. */
  Fp8Loading linearLoading(DType dtype) {
    boolean requantizes = gpu == Gpu.SM100 && fp8Gemm.isDeepGemm() && dtype == DType.BF16;
    return requantizes ? Fp8Loading.ON_SM100 : Fp8Loading.AS_STORED;
  }

  /** Whether each rank holds the embedding whole, in classes that follow that variable. */
  boolean replicatesEmbedding() {
    return replicatesEmbedding;
  }

  /** Whether each rank holds a vision tower whole. */
  boolean hasWholeTower() {
    return hasWholeTower;
  }

  /** Whether the indexer's two projections are never made one. */
  boolean splitsIndexer() {
    return splitsIndexer;
  }

  /** Whether attention sinks are float32: with TensorRT-LLM's attention, which SM100 takes. */
  boolean hasFloat32Sinks() {
    return attentionBackend.map("trtllm_mha"::equals).orElseGet(() -> gpu == Gpu.SM100);
  }

  /** Whether a draft model runs beside. */
  boolean speculates() {
    return speculative.isPresent();
  }

  /** What the flag says, if it is set. */
  Optional<String> quantization() {
    return quantization;
  }

  /** Why nothing of this engine is predicted, if that is so. */
  Optional<String> refusal() {
    return refusal;
  }

  List<Stage> stages(long layers) {
    return PipelineSplit.sglang(layers, topology.pp(), layerPartition);
  }

  /** Whose rows of the head a rank holds, in classes that follow {@code --enable-dp-lm-head}. */
  Share headShare(int rank) {
    return headOnAttentionGroup ? topology.attentionShare(rank) : topology.tensorShare(rank);
  }
}
