package io.shardsum.verdict;

import io.shardsum.fleet.WeightSource;
import io.shardsum.text.ForeignText;
import io.shardsum.verdict.Agreement.WithReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What engines agree with, in the words of every output: the column AGREES WITH. */
public final class AgreementWords {

  private static final Set<String> NOTHING_COMPARED =
      Set.of(FindingKind.UNVERIFIED.name(), FindingKind.ALL_ZERO.name());

  private final Map<String, Agreement> agreements;
  private final String sameStorage;
  private final String alone;
  private final Set<String> misread = new HashSet<>();
  private final Set<String> inPart = new HashSet<>();

  private AgreementWords(
      Map<String, Agreement> agreements,
      String sameStorage,
      String alone,
      WeightSource source,
      List<Finding> findings) {
    this.agreements = agreements;
    this.sameStorage = sameStorage;
    this.alone = alone;
    for (Finding finding : findings) {
      if (finding.source() == source && finding.is(FindingKind.TRANSIENT_READ)) {
        finding.engine().ifPresent(misread::add);
      }
      if (finding.source() == source && NOTHING_COMPARED.contains(finding.kind())) {
        finding.engine().ifPresent(inPart::add);
      }
    }
  }

  /** Of the copies of one source. */
  public static AgreementWords of(
      WeightSource source, Map<String, Agreement> agreements, List<Finding> findings) {
    return switch (source) {
      case LIVE ->
          new AgreementWords(
              agreements,
              "same address as ",
              "no other complete answer to compare with",
              source,
              findings);
      case FILES, EXPECTED ->
          new AgreementWords(
              agreements,
              "same files as ",
              "no other complete copy to compare with",
              source,
              findings);
    };
  }

  /** What a complete engine agrees with. */
  public String words(String engine) {
    Agreement agreement = agreements.get(engine);
    List<String> words = new ArrayList<>();
    agreement.reference().ifPresent(reference -> words.add(of(reference)));
    if (!agreement.sameStorage().isEmpty()) {
      words.add(sameStorage + ForeignText.list(agreement.sameStorage()));
    }
    List<String> equal = agreement.copies().stream().filter(agreement.equal()::contains).toList();
    int others = agreement.copies().size();
    if (!equal.isEmpty()) {
      words.add(
          "%s of %s%s: %s"
              .formatted(
                  Integer.toString(equal.size()),
                  Integer.toString(others),
                  inPart.contains(engine) ? ", in part" : "",
                  ForeignText.list(equal)));
    } else if (others > 0) {
      words.add("none of " + others + (misread.contains(engine) ? ", by its first reading" : ""));
    } else if (agreement.reference().isEmpty()) {
      words.add(alone);
    }
    return String.join("; ", words);
  }

  private static String of(WithReference reference) {
    return switch (reference.outcome()) {
      case IS_REFERENCE -> "is the reference";
      case DIFFERENT -> "not the reference";
      case UNSETTLED -> "not settled: its readings differ";
      case EQUAL ->
          reference.comparedTensors() == 0 && reference.tensors() > 0
              ? "not compared with the reference"
              : "the reference" + (reference.isWhole() ? "" : part(reference));
    };
  }

  private static String part(WithReference reference) {
    return String.format(
        Locale.ROOT,
        ", in part: %,d of %,d tensors",
        reference.comparedTensors(),
        reference.tensors());
  }
}
