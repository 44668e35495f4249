package io.shardsum.expect.model;

import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.text.ForeignText;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The checkpoint's tensors under the names that the loader gives them. */
public final class CheckpointTensors {
  /** Whether names may lack the model's prefix. */
  public enum Prefix {
    NEEDED,
    /** {@code layers.}, {@code embed_tokens.} and {@code norm.} stand for {@code model.layers.}. */
    OPTIONAL
  }

  private static final String MODEL = "model.";
  private static final List<String> PREFIXED = List.of("layers.", "embed_tokens.", "norm.");

  private final Map<String, SourceTensor> tensors;
  private final Prefix prefix;
  private final Set<String> asked = new HashSet<>();

  public CheckpointTensors(Map<String, SourceTensor> tensors, Prefix prefix) {
    this.tensors = tensors;
    this.prefix = prefix;
  }

  /**
   * The tensor of that name, if the checkpoint has it.
   *
   * @throws UnpredictableException if it has two
   */
  public Optional<SourceTensor> find(String name) {
    asked.add(name);
    Optional<SourceTensor> found = Optional.ofNullable(tensors.get(name));
    Optional<SourceTensor> bare = withoutPrefix(name).map(tensors::get);
    if (found.isPresent() && bare.isPresent()) {
      throw new UnpredictableException(
          "the checkpoint has both %s and %s: the engine keeps the one that it loads last"
              .formatted(ForeignText.shown(name), ForeignText.shown(bare.get().name())));
    }
    return found.isPresent() ? found : bare;
  }

  /** Counts a tensor as asked for. */
  public void note(String name) {
    asked.add(name);
  }

  /** The tensors that nobody asked for. */
  public List<SourceTensor> notAskedFor() {
    return tensors.values().stream().filter(tensor -> !asked.contains(tensor.name())).toList();
  }

  private Optional<String> withoutPrefix(String name) {
    if (prefix == Prefix.NEEDED || !name.startsWith(MODEL)) {
      return Optional.empty();
    }
    String bare = name.substring(MODEL.length());
    return PREFIXED.stream().anyMatch(bare::startsWith) ? Optional.of(bare) : Optional.empty();
  }

  /**
   * The tensor of that name and shape.
   *
   * @throws UnpredictableException if the checkpoint has none, or of another shape
   */
  public SourceTensor get(String name, List<Long> shape) {
    SourceTensor tensor =
        find(name)
            .orElseThrow(
                () ->
                    new UnpredictableException(
                        "the checkpoint has no %s: the engine would leave its memory uninitialized"
                            .formatted(ForeignText.shown(name))));
    return checked(tensor, shape);
  }

  private static SourceTensor checked(SourceTensor tensor, List<Long> shape) {
    if (!tensor.shape().equals(shape)) {
      throw new UnpredictableException(
          "%s in %s is of shape %s; config.json asks for %s"
              .formatted(
                  ForeignText.shown(tensor.name()),
                  ForeignText.shown(tensor.fileName()),
                  tensor.shape(),
                  shape));
    }
    return tensor;
  }
}
