package io.shardsum.expect.vllm;

import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpertLayout;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.PipelineSplit;
import io.shardsum.expect.model.Settings;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A vLLM 0.32 engine: its ranks, and the flags and variables that change what they hold. */
final class VllmEngine {
  private static final String AUTO = "auto";

  private final Topology topology;
  private final Optional<String> layerPartition;
  private final Optional<String> quantization;
  private final Optional<String> refusal;
  private final boolean readsConsolidatedFirst;
  private final Gpu gpu;
  private final String moeBackend;
  private final Optional<String> expertRefusal;

  private VllmEngine(EngineSetup setup, Settings settings) {
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

  /**
   * Reads the settings.
   *
   * @throws ExpectException if one is not known, or has a wrong value
   */
  static VllmEngine of(EngineSetup setup) {
    return new VllmEngine(setup, new Settings(setup.settings()));
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

  /**
   * How experts that are not quantized lie. Triton, which is taken on SM90, keeps their order.
   *
   * @throws UnpredictableException if that is not known
   */
  ExpertLayout expertLayout(DType dtype) {
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

  Topology topology() {
    return topology;
  }

  /** What the flag says, if it is set. */
  Optional<String> quantization() {
    return quantization;
  }

  /** Why nothing of this engine is predicted, if that is so. */
  Optional<String> refusal() {
    return refusal;
  }

  /** Whether it reads nothing but {@code consolidated} files where there are any. */
  boolean readsConsolidatedFirst() {
    return readsConsolidatedFirst;
  }

  List<Stage> stages(long layers) {
    return PipelineSplit.vllm(layers, topology.pp(), layerPartition);
  }
}
