package io.shardsum.scan.manifest;

import io.shardsum.manifest.Manifest;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * An engine, and what a publisher says of its files.
 *
 * @param weights the files of weights that the manifest lists and the engine should have; what else
 *     it lists is not read
 * @param missing those of them that are not there
 * @param others what came of the files that it lists besides
 * @param isWhole whether the engine should have all of them; a copy of some ranks should not
 */
record PublishedEngine(
    String engine,
    Manifest manifest,
    NavigableSet<String> weights,
    NavigableSet<String> missing,
    OtherFiles.Compared others,
    boolean isWhole) {

  private static final int GIT_DIGITS = 40;

  /**
   * What does not fit.
   *
   * @param files all that were read of the engine
   */
  List<Finding> findings(List<HashedWeights> files) {
    List<Finding> findings = new ArrayList<>();
    List<HashedWeights> differing = new ArrayList<>();
    List<HashedWeights> extra = new ArrayList<>();
    int equal = 0;
    for (HashedWeights file : files) {
      String expected = manifest.files().get(file.name());
      if (file.isOutside()) {
        findings.add(notChecked(file, "it is not in the engine's directory"));
      } else if (file.sha256().isEmpty()) {
        findings.add(notChecked(file, "it could not be hashed: " + file.reason()));
      } else if (manifest.others().containsKey(file.name())) {
        findings.add(notChecked(file, manifest.others().get(file.name())));
      } else if (expected == null && manifest.leavesOut(file.name())) {
        findings.add(notChecked(file, "its publisher left it out of the signature (ignore_paths)"));
      } else if (expected == null) {
        extra.add(file);
      } else if (file.verdict(expected) == FileVerdict.AS_PUBLISHED) {
        equal++;
      } else {
        differing.add(file);
      }
    }
    findings.addAll(ofDiffering(differing, equal));
    if (!extra.isEmpty()) {
      findings.add(
          finding(
              FindingKind.FILE_EXTRA,
              extra,
              Comparison.of("no such file", paths(extra)),
              "in the directory, but not listed in %s: %s"
                  .formatted(manifest.path(), names(extra))));
    }
    findings.addAll(missing(files));
    findings.addAll(ofOthers());
    findings.add(note(files.size(), equal));
    return findings;
  }

  /**
   * What must be read again before it is blamed: one file where all of many differ.
   *
   * @param files all that were read of the engine
   */
  List<HashedWeights> suspects(List<HashedWeights> files) {
    List<HashedWeights> listed =
        files.stream()
            .filter(file -> file.sha256().isPresent() && manifest.files().containsKey(file.name()))
            .toList();
    List<HashedWeights> differing = listed.stream().filter(this::differs).toList();
    return areAll(differing, listed.size() - differing.size())
        ? differing.subList(0, 1)
        : differing;
  }

  private boolean differs(HashedWeights file) {
    return verdict(file) != FileVerdict.AS_PUBLISHED;
  }

  private FileVerdict verdict(HashedWeights file) {
    return file.verdict(manifest.files().get(file.name()));
  }

  private static boolean areAll(List<HashedWeights> differing, int equal) {
    return differing.size() > Finding.MOST_OF_ONE_CAUSE && equal == 0;
  }

  /** Where all differ, it is said once: the publisher speaks of something else. */
  private List<Finding> ofDiffering(List<HashedWeights> differing, int equal) {
    Optional<HashedWeights> blake3 =
        differing.stream()
            .filter(
                file ->
                    file.again()
                        .flatMap(SecondHash::blake3)
                        .equals(Optional.of(manifest.files().get(file.name()))))
            .findFirst();
    if (blake3.isPresent()) {
      return List.of(
          finding(
              FindingKind.NOT_CHECKED,
              differing,
              Comparison.NONE,
              "not compared with %s: expected SHA-256 digests, found BLAKE3 digests, such as that of %s"
                  .formatted(manifest.path(), blake3.get().path())));
    }
    if (areAll(differing, equal)
        && differing.stream().noneMatch(of -> verdict(of) == FileVerdict.MISREAD)) {
      return List.of(
          finding(
              FindingKind.FILE_DIFFERS,
              differing,
              Comparison.of(manifest.path(), "every file differs"),
              "none of %s has the digest that %s lists: is it for another model or revision?"
                  .formatted(NumberWords.count(differing.size(), "file"), manifest.path())));
    }
    return differing.stream().map(this::ofDiffering).toList();
  }

  private Finding ofDiffering(HashedWeights file) {
    String expected = manifest.files().get(file.name());
    String found = file.sha256().orElseThrow();
    Optional<String> foundAgain = file.again().flatMap(SecondHash::sha256);
    if (verdict(file) == FileVerdict.DIFFERS) {
      return finding(
          FindingKind.FILE_DIFFERS,
          List.of(file),
          Comparison.of(expected, found),
          "%s: %s says SHA-256 %s, found %s, %s"
              .formatted(
                  file.path(),
                  manifest.path(),
                  expected,
                  found,
                  foundAgain.isPresent()
                      ? "and the same when it was read again"
                      : "and was not read again"
                          + file.again().map(again -> ": " + again.reason()).orElse("")));
    }
    return finding(
            FindingKind.TRANSIENT_READ,
            List.of(file),
            Comparison.of(expected, found),
            "Two readings of %s differ: SHA-256 %s by %s, then %s by %s. %s"
                .formatted(
                    file.path(),
                    found,
                    file.readBy().text(),
                    foundAgain.orElseThrow(),
                    file.again().flatMap(SecondHash::by).map(ReadBy::text).orElseThrow(),
                    foundAgain.equals(Optional.of(expected))
                        ? "The second one matches %s, so the file is not blamed"
                            .formatted(manifest.path())
                        : "Neither matches %s, which says %s".formatted(manifest.path(), expected)))
        .readBy(file.readBy());
  }

  private List<Finding> missing(List<HashedWeights> files) {
    List<Finding> findings = new ArrayList<>();
    NavigableSet<String> unread = new TreeSet<>(weights);
    unread.removeAll(missing);
    files.forEach(file -> unread.remove(file.name()));
    if (!unread.isEmpty()) {
      findings.add(
          finding(
              FindingKind.NOT_CHECKED,
              List.of(),
              Comparison.NONE,
              "listed in %s, but not compared, as they belong to no rank of the engine or to an incomplete one: %s"
                  .formatted(manifest.path(), ForeignText.list(unread))));
    }
    if (isWhole && !missing.isEmpty()) {
      findings.add(
          finding(
              FindingKind.FILE_MISSING,
              List.of(),
              Comparison.of(ForeignText.list(missing), "not there"),
              "listed in %s, but not in the directory: %s%s"
                  .formatted(manifest.path(), ForeignText.list(missing), unfinished())));
    }
    return findings;
  }

  private String unfinished() {
    List<String> downloads =
        missing.stream().map(manifest.unfinished()::get).filter(Objects::nonNull).toList();
    return downloads.isEmpty() ? "" : "; unfinished downloads: " + ForeignText.list(downloads);
  }

  private List<Finding> ofOthers() {
    List<Finding> findings = new ArrayList<>();
    for (OtherFiles.Differing file : others.differing()) {
      findings.add(
          Finding.of(
              FindingKind.FILE_DIFFERS,
              Subject.engine(engine),
              Comparison.of(file.expected(), file.found()),
              Optional.of(file.path()),
              "%s: %s says %s %s, found %s, and the same when it was read again"
                  .formatted(
                      file.path(),
                      manifest.path(),
                      file.expected().length() == GIT_DIGITS ? "git blob id" : "SHA-256",
                      file.expected(),
                      file.found())));
    }
    manifest.others().entrySet().stream()
        .filter(of -> !weights.contains(of.getKey()))
        .map(
            of ->
                finding(
                    FindingKind.NOT_CHECKED,
                    List.of(),
                    Comparison.NONE,
                    "%s was not compared: %s".formatted(of.getKey(), of.getValue())))
        .forEach(findings::add);
    return findings;
  }

  private Finding notChecked(HashedWeights file, String why) {
    return finding(
        FindingKind.NOT_CHECKED,
        List.of(file),
        Comparison.NONE,
        "%s was not compared with %s: %s".formatted(file.path(), manifest.path(), why));
  }

  private Finding note(int files, int equal) {
    return finding(
        FindingKind.MANIFEST,
        List.of(),
        Comparison.NONE,
        "%s of %s %s the manifest %s%s; %s%s"
            .formatted(
                Integer.toString(equal),
                NumberWords.count(files, "weight file"),
                equal == 1 ? "matches" : "match",
                manifest.path(),
                others.equal() == 0
                    ? ""
                    : ", and " + NumberWords.count(others.equal(), "other file"),
                manifest.signing().words(),
                others.left() == 0
                    ? ""
                    : "; not compared: %s (missing, unreadable, over 64 MiB, or two readings differ)"
                        .formatted(NumberWords.count(others.left(), "other file"))));
  }

  private Finding finding(
      FindingKind kind, List<HashedWeights> files, Comparison comparison, String detail) {
    List<Integer> ranks =
        files.stream().flatMap(file -> file.ranks().stream()).sorted().distinct().toList();
    return Finding.of(
            kind,
            ranks.size() == 1 ? Subject.rank(engine, ranks.get(0)) : Subject.engine(engine),
            comparison,
            files.size() == 1 ? Optional.of(files.get(0).path()) : Optional.empty(),
            detail)
        .aboutRanks(ranks)
        .about(files.stream().flatMap(file -> file.tensors().stream()).toList());
  }

  private static String paths(List<HashedWeights> files) {
    return ForeignText.list(files.stream().map(HashedWeights::path).toList());
  }

  private static String names(List<HashedWeights> files) {
    return ForeignText.list(files.stream().map(HashedWeights::name).toList());
  }
}
