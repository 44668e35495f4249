package io.shardsum.verdict;

import io.shardsum.damage.Damage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Findings of other bytes, with what a second look at these bytes has shown. */
final class LocatedFindings {

  private final Map<SuspectTensor, SecondLook> looks;

  /** Takes what the second look at each suspect has shown. */
  LocatedFindings(Map<SuspectTensor, SecondLook> looks) {
    this.looks = looks;
  }

  /** The same findings, those of suspects with ranges and pattern. */
  List<Finding> of(List<Finding> findings) {
    return looks.isEmpty() ? findings : findings.stream().map(this::located).toList();
  }

  private Finding located(Finding finding) {
    List<SuspectTensor> about = looks.keySet().stream().filter(s -> isAbout(finding, s)).toList();
    if (about.isEmpty()) {
      return finding;
    }
    Finding located =
        finding.tensor().isPresent()
            ? ofTensor(finding, about.get(0))
            : finding.adding(summary(about));
    return finding.is(FindingKind.DAMAGED)
        ? readers(about).map(located::readBy).orElse(located)
        : located;
  }

  /** What has read the suspect copies of a finding, the most first. */
  private Optional<ReadBy> readers(List<SuspectTensor> about) {
    Map<ReadBy, Integer> counts = new LinkedHashMap<>();
    about.forEach(s -> looks.get(s).firstBy().ifPresent(by -> counts.merge(by, 1, Integer::sum)));
    return counts.entrySet().stream()
        .max(Comparator.comparing(Map.Entry::getValue))
        .map(Map.Entry::getKey);
  }

  private static boolean isAbout(Finding finding, SuspectTensor suspect) {
    boolean ofTensor = finding.tensor().isEmpty() || finding.tensor().get().equals(suspect.name());
    if (!finding.is(suspect.kind()) || !ofTensor) {
      return false;
    }
    return suspect.kind() == FindingKind.DAMAGED
        ? finding.engine().equals(Optional.of(suspect.holder().engine()))
            && finding.rank().equals(Optional.of(suspect.holder().rank()))
        : finding.tensor().isPresent()
            && finding.location().equals(Optional.of(suspect.group()))
            && finding.rank().equals(Optional.of(suspect.place()));
  }

  private Finding ofTensor(Finding finding, SuspectTensor suspect) {
    SecondLook look = looks.get(suspect);
    if (look instanceof SecondLook.NotRead not) {
      return finding.adding("not read again: " + not.why());
    }
    SecondLook.Compared compared = (SecondLook.Compared) look;
    if (compared.damage().isEmpty()) {
      return finding;
    }
    Damage damage = compared.damage().get();
    String between =
        suspect.kind() == FindingKind.UNDECIDED
            ? suspect.holder().engine() + " against " + suspect.other().engine() + ": "
            : "";
    int differing = suspect.differingChunks().size();
    String rest =
        compared.chunks() < differing
            ? "; the first " + compared.chunks() + " of these MiB were compared"
            : "";
    String origin = compared.origin().map(from -> "; in the checkpoint: " + from).orElse("");
    Finding located = finding.adding(between + damage.sentence() + rest + origin).with(damage);
    return suspect.kind() == FindingKind.DAMAGED
        ? located.at(compared.file() + ": byte " + damage.first().fileOffsetBytes())
        : located;
  }

  private String summary(List<SuspectTensor> suspects) {
    Map<String, Integer> patterns = new TreeMap<>();
    Map<String, Integer> reasons = new TreeMap<>();
    for (SuspectTensor suspect : suspects) {
      if (looks.get(suspect) instanceof SecondLook.NotRead not) {
        reasons.merge(not.why(), 1, Integer::sum);
      } else if (looks.get(suspect) instanceof SecondLook.Compared compared) {
        compared.damage().ifPresent(d -> patterns.merge(d.patternText(), 1, Integer::sum));
      }
    }
    List<String> parts = new ArrayList<>();
    patterns.forEach((pattern, count) -> parts.add(pattern + " in " + count));
    reasons.forEach((why, count) -> parts.add(count + " not read again: " + why));
    return String.join(", ", parts);
  }
}
