package io.shardsum.verdict;

import io.shardsum.damage.Damage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Findings of other bytes, with what a second look at these bytes has shown. */
final class LocatedFindings {

  private final Map<SuspectTensor, SecondLook> looks;

  /** Takes what the second look at each suspect has shown. */
  LocatedFindings(Map<SuspectTensor, SecondLook> looks) {
    this.looks = looks;
  }

  /** The same findings, those of suspects with ranges and pattern. */
  List<Finding> located(List<Finding> findings) {
    return looks.isEmpty() ? findings : findings.stream().map(this::located).toList();
  }

  private Finding located(Finding finding) {
    Set<String> names = Set.copyOf(finding.tensors());
    List<SuspectTensor> about =
        looks.keySet().stream()
            .filter(s -> names.isEmpty() || names.contains(s.name().key()))
            .filter(s -> isAbout(finding, s))
            .toList();
    if (about.isEmpty()) {
      return finding;
    }
    Finding located =
        finding.tensor().isPresent()
            ? ofTensor(finding, about.get(0))
            : finding.adding(summary(about));
    return about.get(0).isBlamed() ? readers(about).map(located::readBy).orElse(located) : located;
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
    boolean ofTensor = finding.tensor().map(suspect.name()::equals).orElse(true);
    if (!finding.is(suspect.kind()) || !ofTensor) {
      return false;
    }
    return suspect.isBlamed()
        ? finding.engine().equals(Optional.of(suspect.holder().engine()))
            && finding.rank().map(rank -> rank == suspect.holder().rank()).orElse(true)
        : finding.tensor().isPresent()
            && finding.location().equals(Optional.of(suspect.group()))
            && finding.rank().equals(Optional.of(suspect.rankInReplica()));
  }

  private Finding ofTensor(Finding finding, SuspectTensor suspect) {
    SecondLook look = looks.get(suspect);
    if (look instanceof SecondLook.NotRead not) {
      return finding.adding("not read again: " + not.why());
    }
    SecondLook.Compared compared = (SecondLook.Compared) look;
    if (compared.damage().isEmpty()) {
      return finding.adding(
          "read again with the same result; no copy in this scan holds the expected bytes");
    }
    Damage damage = compared.damage().get();
    String between =
        suspect.isBlamed()
            ? ""
            : suspect.holder().engine() + " against " + suspect.other().engine() + ": ";
    int differing = suspect.differingChunks().size();
    String rest =
        compared.chunks() < differing
            ? "; the first " + compared.chunks() + " of these MiB were compared"
            : "";
    String origin = compared.origin().map(from -> "; in the checkpoint: " + from).orElse("");
    Finding located = finding.adding(between + damage.sentence() + rest + origin).with(damage);
    return suspect.isBlamed()
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
    String summary = String.join(", ", parts);
    return suspects.get(0).kind() == FindingKind.OTHER_WEIGHTS
        ? "bytes of " + Wording.count(suspects.size(), "tensor") + " compared: " + summary
        : summary + files(suspects);
  }

  /** The file, where all that was compared is in one. */
  private String files(List<SuspectTensor> suspects) {
    SortedSet<String> files = new TreeSet<>();
    for (SuspectTensor suspect : suspects) {
      if (looks.get(suspect) instanceof SecondLook.Compared compared) {
        files.add(compared.file());
      }
    }
    return files.size() == 1 ? "; file " + files.first() : "";
  }
}
