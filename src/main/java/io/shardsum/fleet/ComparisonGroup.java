package io.shardsum.fleet;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The label shared by engines that should hold the same weights. Parts that could be mistaken for
 * anything else are written as JSON strings, so that different engines never share a label by their
 * choice of names.
 */
public final class ComparisonGroup {
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}._/:+-]+");
  private static final Set<String> FIRST_WORDS = Set.of("engine", "structure");

  private ComparisonGroup() {}

  /**
   * By model, revision, parallelism, digest and what is skipped; an engine without a model is
   * alone.
   */
  static String of(EngineSpec spec) {
    return spec.model()
        .map(model -> label(model, spec.revision(), shape(spec), spec.profile(), spec.skip()))
        .orElseGet(() -> ofEngine(spec.name()));
  }

  /** As of files of the same engine. */
  static String of(LiveSpec spec) {
    String shape = shape(spec.parallelism().toString(), spec.digest());
    return spec.model()
        .map(model -> label(model, spec.revision(), shape, spec.profile(), spec.skip()))
        .orElseGet(() -> ofEngine(spec.engine()));
  }

  private static String label(
      String model,
      Optional<String> revision,
      String shape,
      SkipProfile profile,
      List<String> skip) {
    StringBuilder label = new StringBuilder(part(model));
    revision.ifPresent(text -> label.append('@').append(part(text)));
    label.append(' ').append(shape).append(' ').append(part(profile.name()));
    if (!skip.isEmpty()) {
      label
          .append(" skip ")
          .append(
              skip.stream()
                  .distinct()
                  .sorted()
                  .map(ComparisonGroup::part)
                  .collect(Collectors.joining(",")));
    }
    return label.toString();
  }

  /**
   * The label without the revision: what all revisions of a model have in common, where they are
   * laid out and hashed in the same way.
   */
  public static String family(String label, Optional<String> model, Optional<String> revision) {
    if (model.isEmpty() || revision.isEmpty()) {
      return label;
    }
    String name = part(model.get());
    String begin = name + "@" + part(revision.get()) + " ";
    return label.startsWith(begin) ? name + " " + label.substring(begin.length()) : label;
  }

  /** Of an engine of which nothing says what it should equal. */
  static String ofEngine(String name) {
    return "engine " + part(name);
  }

  /** Of engines whose files have the same structure. */
  static String ofStructure(String fingerprint, EngineSpec spec) {
    return "structure " + part(fingerprint) + " " + shape(spec);
  }

  private static String shape(EngineSpec spec) {
    String shape =
        switch (spec.layout()) {
          case SHARDED -> spec.parallelism().toString();
          case CHECKPOINT -> "checkpoint";
        };
    return shape(shape, spec.digest());
  }

  private static String shape(String ranks, Digest digest) {
    return digest == Digest.SHA256 ? ranks + " sha256" : ranks;
  }

  private static String part(String text) {
    if (PLAIN.matcher(text).matches() && !FIRST_WORDS.contains(text)) {
      return text;
    }
    return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
