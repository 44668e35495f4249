package io.shardsum.fleet;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The label shared by engines that should hold the same weights. Parts that could be mistaken for
 * anything else are written as JSON strings, so that different engines never share a label by their
 * choice of names.
 */
public final class ComparisonGroup {
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}._/:+-]+");
  private static final String ENGINE = "engine ";
  private static final String STRUCTURE = "structure ";
  private static final Pattern STRUCTURED =
      Pattern.compile("structure \\S+ (?:checkpoint|tp(\\d+) pp(\\d+) dp(\\d+))(?: .*)?");
  private static final Set<String> FIRST_WORDS = Set.of("engine", "structure");

  private ComparisonGroup() {}

  /**
   * By model, revision, parallelism, digest and what is skipped; an engine without a model is
   * alone.
   */
  static String of(EngineSpec spec) {
    return spec.model()
        .map(model -> label(model, spec.revision(), shape(spec), leftOut(spec)))
        .orElseGet(() -> ofEngine(spec.name()));
  }

  /** As of files of the same engine. */
  static String of(LiveSpec spec) {
    String shape = shape(spec.parallelism().toString(), spec.digest());
    String leftOut = leftOut(spec.profile(), spec.skip());
    return spec.model()
        .map(model -> label(model, spec.revision(), shape, leftOut))
        .orElseGet(() -> ofEngine(spec.engine()));
  }

  private static String label(
      String model, Optional<String> revision, String shape, String leftOut) {
    StringBuilder label = new StringBuilder(part(model));
    revision.ifPresent(text -> label.append('@').append(part(text)));
    return label.append(' ').append(shape).append(' ').append(leftOut).toString();
  }

  private static String leftOut(EngineSpec spec) {
    return leftOut(spec.profile(), spec.skip());
  }

  private static String leftOut(SkipProfile skipProfile, List<String> skip) {
    String profile = part(skipProfile.name());
    if (skip.isEmpty()) {
      return profile;
    }
    return profile
        + " skip "
        + skip.stream()
            .distinct()
            .sorted()
            .map(ComparisonGroup::part)
            .collect(Collectors.joining(","));
  }

  /** The digest that a rank's checksum is made of, and what is left out of it. */
  static String hashing(EngineSpec spec) {
    String digest = spec.digest() == Digest.SHA256 ? Digest.SHA256.word() : Digest.SGLANG.word();
    return digest + " " + leftOut(spec);
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
    return ENGINE + part(name);
  }

  /** Whether a label is that of an engine of which nothing says what it should equal. */
  public static boolean isOfEngine(String label) {
    return label.startsWith(ENGINE);
  }

  /** Of engines whose files have the same structure. */
  static String ofStructure(String fingerprint, EngineSpec spec) {
    return STRUCTURE + part(fingerprint) + " " + shape(spec) + " " + leftOut(spec);
  }

  /** Whether a label is that of engines whose files have the same structure. */
  public static boolean isOfStructure(String label) {
    return label.startsWith(STRUCTURE);
  }

  /**
   * A label as a person reads it. Engines of which only the tensors say that they belong together
   * have no name in common, and their fingerprint tells nobody anything.
   */
  public static String words(String label) {
    Matcher structured = STRUCTURED.matcher(label);
    if (!structured.matches()) {
      return label;
    }
    if (structured.group(1) == null) {
      return "checkpoints with the same tensors";
    }
    String sizes =
        Stream.of(
                "tp " + structured.group(1),
                "pp " + structured.group(2),
                "dp " + structured.group(3))
            .filter(size -> size.startsWith("tp") || !size.endsWith(" 1"))
            .collect(Collectors.joining(", "));
    return "engines with the same tensors (" + sizes + ")";
  }

  /** All engines of a label, as a person names them. */
  public static String engines(String label) {
    return isOfStructure(label) ? words(label) : "engines of " + label;
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
