package io.shardsum.expect.vllm;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRules;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpertLayout;
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
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.fleet.CheckpointListing;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** vLLM 0.32. */
public final class VllmRules implements EngineRules {
  private static final List<String> IGNORED =
      List.of(
          ".*\\.bias",
          ".*scale",
          ".*rotary_pos_emb\\.inv_freq.*",
          ".*rotary_emb\\.(?:inv_freq|cos_cached|sin_cached).*",
          // fused already, of experts or of a quantization: told tensor by tensor
          ".*\\.(?:mlp\\.experts|qkv_proj|gate_up_proj|fused_qkv_a_proj)\\..*");

  private static final String AUTO = "auto";

  private final Topology topology;
  private final Optional<String> layerPartition;
  private final Optional<String> quantization;
  private final Optional<String> refusal;
  private final boolean readsConsolidatedFirst;
  private final Gpu gpu;
  private final String moeBackend;
  private final Optional<String> expertRefusal;

  private final Checkpoint checkpoint;

  /**
   * Reads the engine's flags and variables.
   *
   * @throws ExpectException if one is not known, or has a wrong value
   */
  public VllmRules(EngineSetup setup, Checkpoint checkpoint) {
    Settings settings = new Settings(setup.settings());
    this.checkpoint = checkpoint;
    this.topology = setup.topology();
    this.layerPartition = settings.text("VLLM_PP_LAYER_PARTITION");
    this.quantization = settings.text("quantization");
    this.refusal = refusal(settings);
    this.readsConsolidatedFirst = settings.text("load-format", AUTO).equals(AUTO);
    this.gpu = setup.gpu();
    this.moeBackend = settings.text("moe-backend", AUTO);
    this.expertRefusal = expertRefusal(settings);
    settings.requireAllKnown();
    if (topology.attentionDp() != 1) {
      throw new ExpectException(
          "attn-dp is %s; expected 1, since vLLM has no such groups"
              .formatted(topology.attentionDp()));
    }
    if (topology.ep() != 1 && topology.ep() != topology.tp()) {
      throw new ExpectException(
          "ep is %s; expected 1 or tp, which is %s, in vLLM"
              .formatted(topology.ep(), topology.tp()));
    }
  }

  private static Optional<String> refusal(Settings settings) {
    String loadFormat = settings.text("load-format", AUTO);
    boolean hasAdapters = settings.flag("enable-lora");
    boolean isOverridden = settings.text("hf-overrides").isPresent();
    if (!loadFormat.equals(AUTO) && !loadFormat.equals("safetensors")) {
      return Optional.of(
          "load-format %s reads other files, or none; expected auto or safetensors"
              .formatted(ForeignText.quoted(loadFormat)));
    }
    if (hasAdapters) {
      return Optional.of("LoRA wraps modules and so renames parameters");
    }
    return isOverridden
        ? Optional.of("hf-overrides changes the model's configuration")
        : Optional.empty();
  }

  private static Optional<String> expertRefusal(Settings settings) {
    String placement = settings.text("expert-placement-strategy", "linear");
    Optional<String> exchange = settings.text("all2all-backend");
    if (settings.flag("enable-eplb")) {
      return Optional.of("enable-eplb moves experts between ranks");
    }
    if (exchange.isPresent()) {
      return Optional.of(
          "what all2all-backend %s does to experts is not covered"
              .formatted(ForeignText.quoted(exchange.get())));
    }
    return placement.equals("linear")
        ? Optional.empty()
        : Optional.of(
            "expert-placement-strategy %s places experts by itself"
                .formatted(ForeignText.quoted(placement)));
  }

  @Override
  public String tables() {
    return "/classes/vllm-0.32.yaml";
  }

  @Override
  public Topology topology() {
    return topology;
  }

  @Override
  public Optional<String> refusal(ModelConfig config) {
    return refusal.or(this::mistralFormat);
  }

  private Optional<String> mistralFormat() {
    if (checkpoint.hasMistralConfig()) {
      return Optional.of(
          "vLLM takes the configuration from params.json, since there are consolidated files");
    }
    return readsConsolidatedFirst
            && checkpoint.files().stream().anyMatch(CheckpointListing::isConsolidated)
        ? Optional.of(
            "vLLM reads only the consolidated files, in a format that is not covered, unless"
                + " load-format is safetensors")
        : Optional.empty();
  }

  @Override
  public DType dtype(Optional<String> flag, ModelConfig config, Map<String, String> options) {
    return ModelDtype.vllm(flag, checkpoint);
  }

  @Override
  public List<Stage> stages(long layers) {
    return PipelineSplit.vllm(layers, topology.pp(), layerPartition);
  }

  @Override
  public Set<String> groups() {
    return Set.of("tp");
  }

  @Override
  public Share share(String group, int rank) {
    return topology.tensorShare(rank);
  }

  /** Any tensor of the directory with a head's name counts as one, read or not. */
  @Override
  public Map<String, Object> facts() {
    return Map.of(
        "has_head",
        checkpoint.allTensors().anyMatch(tensor -> tensor.name().endsWith("lm_head.weight")));
  }

  @Override
  public Vocabulary.Padding padding() {
    return Vocabulary.Padding.VLLM;
  }

  @Override
  public Quantization quantization(Checkpoint ofModel, DType dtype) {
    return Quantization.of(ofModel, quantization)
        .refusing(
            "vLLM stores quantized weights as the kernel wants them that it picks when it starts");
  }

  @Override
  public Span experts(int rank, long count) {
    if (count % topology.ep() != 0) {
      throw new UnpredictableException(
          "which of %s experts vLLM gives to each of %s ranks is not covered"
              .formatted(count, topology.ep()));
    }
    return topology.expertShare(rank).span(count, "experts");
  }

  /** Triton, which is taken on SM90, keeps their order. */
  @Override
  public ExpertLayout expertLayout(
      Quantization.Scheme scheme, DType dtype, Map<String, String> options) {
    if (expertRefusal.isPresent()) {
      throw new UnpredictableException(expertRefusal.get());
    }
    if (dtype == DType.BF16) {
      if (moeBackend.equals("triton") || (moeBackend.equals(AUTO) && gpu == Gpu.SM90)) {
        return ExpertLayout.GATE_FIRST;
      }
      if (moeBackend.equals("flashinfer_cutlass")) {
        return ExpertLayout.UP_FIRST;
      }
    }
    throw new UnpredictableException(
        "how vLLM's moe-backend %s stores experts in %s on %s is not known"
            .formatted(ForeignText.quoted(moeBackend), dtype, gpu.name().toLowerCase(Locale.ROOT)));
  }

  @Override
  public void requireFitting(boolean hasExperts) {
    if (!hasExperts && topology.ep() != 1) {
      throw new ExpectException(
          "ep is %s; expected 1 in vLLM, since the model has no experts".formatted(topology.ep()));
    }
  }

  @Override
  public Optional<List<String>> ignoredTensors() {
    return Optional.of(IGNORED);
  }
}
