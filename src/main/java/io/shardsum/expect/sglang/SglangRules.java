package io.shardsum.expect.sglang;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRules;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpertLayout;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelDtype;
import io.shardsum.expect.model.PipelineSplit;
import io.shardsum.expect.model.Quantization;
import io.shardsum.expect.model.Settings;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.model.Vocabulary;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** SGLang 0.5.23. */
public final class SglangRules implements EngineRules {
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
  private final boolean isMultimodal;
  private final SglangExperts experts;
  private final Optional<String> refusal;

  /**
   * Reads the engine's flags and variables.
   *
   * @throws ExpectException if one is not known, or has a wrong value
   */
  public SglangRules(EngineSetup setup) {
    Settings settings = new Settings(setup.settings());
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
    this.isMultimodal = settings.flag("enable-multimodal");
    this.experts = new SglangExperts(moe, gpu, fp8Gemm.hasDeepGemm());
    this.refusal = refusal(settings);
    settings.requireAllKnown();
    requireFittingSizes();
  }

  private void requireFittingSizes() {
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

  @Override
  public String tables() {
    return "/classes/sglang-0.5.23.yaml";
  }

  @Override
  public Topology topology() {
    return topology;
  }

  @Override
  public Optional<String> refusal(ModelConfig config) {
    if (config.has("dual_chunk_attention_config")) {
      return Optional.of(
          "dual_chunk_attention_config: its buffers are in the checksum, and are not in the"
              + " checkpoint");
    }
    return refusal;
  }

  @Override
  public DType dtype(Optional<String> flag, ModelConfig config, Map<String, String> options) {
    return ModelDtype.sglang(flag, config, options.getOrDefault("float32 becomes", "float16"));
  }

  @Override
  public List<Stage> stages(long layers) {
    return PipelineSplit.sglang(layers, topology.pp(), layerPartition);
  }

  @Override
  public Set<String> groups() {
    return Set.of(
        "tp",
        "attention",
        "exchanged",
        "moe",
        "head",
        "dense",
        "shared",
        "tower",
        "embedding",
        "whole_with_dp");
  }

  @Override
  public Share share(String group, int rank) {
    Share ofTensors = topology.tensorShare(rank);
    Share ofAttention = topology.attentionShare(rank);
    return switch (group) {
      case "tp" -> ofTensors;
      case "attention" -> ofAttention;
      case "moe" -> topology.insideExpertShare(rank);
      case "head" -> headOnAttentionGroup ? ofAttention : ofTensors;
      case "dense" -> moe.hasWholeDense() ? Share.WHOLE : ofTensors;
      case "exchanged" -> moe.exchanges() ? Share.WHOLE : ofTensors;
      case "shared" -> moe.sharedWhole() ? Share.WHOLE : ofTensors;
      case "tower" -> hasWholeTower ? Share.WHOLE : ofAttention;
      case "embedding" -> replicatesEmbedding ? Share.WHOLE : ofAttention;
      case "whole_with_dp" -> topology.attentionDp() > 1 ? Share.WHOLE : ofTensors;
      default -> throw new IllegalArgumentException(group);
    };
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of(
        "may_fuse", moe.mayFuseShared(),
        "deepseek_may_fuse", experts.mayFuseShared(),
        "speculates", speculative.isPresent(),
        "splits_indexer", splitsIndexer,
        "runner", moe.runner(),
        "exchanges", moe.exchanges(),
        "multimodal", isMultimodal,
        "whole_tower", hasWholeTower,
        "float32_sinks", hasFloat32Sinks(),
        "sm100", gpu == Gpu.SM100);
  }

  /** With TensorRT-LLM's attention, which SM100 takes. */
  private boolean hasFloat32Sinks() {
    return attentionBackend.map("trtllm_mha"::equals).orElseGet(() -> gpu == Gpu.SM100);
  }

  @Override
  public Vocabulary.Padding padding() {
    return Vocabulary.Padding.SGLANG;
  }

  @Override
  public Quantization quantization(Checkpoint checkpoint, DType dtype) {
    Quantization ofModel = Quantization.of(checkpoint, quantization);
    if (ofModel.isFp8() && dtype == DType.F32) {
      throw new ExpectException(
          "dtype is float32; expected float16 or bfloat16, since config.json asks for fp8");
    }
    return ofModel;
  }

  @Override
  public Fp8Loading linearLoading(DType dtype) {
    boolean requantizes = gpu == Gpu.SM100 && fp8Gemm.isDeepGemm() && dtype == DType.BF16;
    return requantizes ? Fp8Loading.ON_SM100 : Fp8Loading.AS_STORED;
  }

  @Override
  public Fp8Loading expertLoading() {
    return experts.loading();
  }

  @Override
  public boolean hasZeroBiases() {
    return true;
  }

  @Override
  public long redundantExperts() {
    return moe.redundantExperts();
  }

  @Override
  public ExpertLayout expertLayout(
      Quantization.Scheme scheme, DType dtype, Map<String, String> options) {
    return experts.layout(scheme, dtype, options);
  }

  @Override
  public void requireFitting(boolean hasExperts) {
    if (!hasExperts && moe.allToAll().equals("deepep_v2")) {
      throw new ExpectException("moe-a2a-backend is deepep_v2; expected a model with experts");
    }
  }
}
