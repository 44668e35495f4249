package io.shardsum.verdict;

import io.shardsum.damage.Damage;
import io.shardsum.fleet.WeightSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A row of the table {@code findings}: something that is wrong, or that nobody could check.
 *
 * @param kind a {@link FindingKind}, or what listing the files found
 * @param ranks those that it is about, in order; empty: it is about all
 * @param location {@code ranks 1, 3} where it is about some ranks of an engine, the comparison
 *     group where it is about all copies, otherwise where in a file
 * @param detail one plain sentence
 * @param damage where bytes differ and what that looks like, where they were compared
 * @param readBy what has read bytes that are wrong: most of them, where there are several
 * @param tensors the keys of all tensors that it is about, in order of layer, where they are
 *     several
 */
public record Finding(
    Subject subject,
    String kind,
    Severity severity,
    Comparison comparison,
    List<Integer> ranks,
    Optional<String> cause,
    Optional<String> location,
    String detail,
    Optional<Damage> damage,
    Optional<ReadBy> readBy,
    List<String> tensors) {

  /** So many tensors of one cause in a rank have a finding each; more have one together. */
  public static final int MOST_OF_ONE_CAUSE = 3;

  /** Copies the lists; the rank of the subject is what it is about, and ranks are a location. */
  public Finding {
    ranks = ranks.isEmpty() ? subject.rank().stream().toList() : List.copyOf(ranks);
    tensors = List.copyOf(tensors);
    if (location.isEmpty() && subject.rank().isEmpty() && !ranks.isEmpty()) {
      location =
          Optional.of(
              ranks.stream().map(String::valueOf).collect(Collectors.joining(", ", "ranks ", "")));
    }
  }

  /** A finding without a look at bytes. */
  public Finding(
      Subject subject,
      String kind,
      Severity severity,
      Comparison comparison,
      Optional<String> cause,
      Optional<String> location,
      String detail) {
    this(
        subject,
        kind,
        severity,
        comparison,
        List.of(),
        cause,
        location,
        detail,
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  /** A finding of a kind, with that kind's severity and usual cause. */
  public static Finding of(
      FindingKind kind,
      Subject subject,
      Comparison comparison,
      Optional<String> location,
      String detail) {
    return new Finding(
        subject,
        kind.name(),
        kind.severity(),
        comparison,
        Optional.of(kind.cause()),
        location,
        detail);
  }

  /** The same finding with a more exact cause. */
  Finding because(String moreExactCause) {
    return with(Optional.of(moreExactCause), location, detail, damage, readBy);
  }

  /** The same finding with more said. */
  Finding adding(String more) {
    return with(cause, location, detail + "; " + more, damage, readBy);
  }

  /** The same finding at a more exact location. */
  Finding at(String moreExactLocation) {
    return with(cause, Optional.of(moreExactLocation), detail, damage, readBy);
  }

  /** The same finding, whose bytes were compared. */
  Finding with(Damage found) {
    return with(cause, location, detail, Optional.of(found), readBy);
  }

  /** The same finding of bytes that something has read. */
  public Finding readBy(ReadBy reader) {
    return with(cause, location, detail, damage, Optional.of(reader));
  }

  /** The same finding of several tensors. */
  public Finding about(Collection<TensorName> names) {
    return with(
        cause, location, detail, damage, readBy, names.stream().map(TensorName::key).toList());
  }

  private Finding with(
      Optional<String> newCause,
      Optional<String> newLocation,
      String newDetail,
      Optional<Damage> newDamage,
      Optional<ReadBy> newReader) {
    return with(newCause, newLocation, newDetail, newDamage, newReader, tensors);
  }

  private Finding with(
      Optional<String> newCause,
      Optional<String> newLocation,
      String newDetail,
      Optional<Damage> newDamage,
      Optional<ReadBy> newReader,
      List<String> newTensors) {
    return new Finding(
        subject,
        kind,
        severity,
        comparison,
        ranks,
        newCause,
        newLocation,
        newDetail,
        newDamage,
        newReader,
        newTensors);
  }

  /** The same finding, about these ranks of its engine only. */
  public Finding aboutRanks(Collection<Integer> only) {
    return new Finding(
        subject,
        kind,
        severity,
        comparison,
        only.stream().sorted().distinct().toList(),
        cause,
        location,
        detail,
        damage,
        readBy,
        tensors);
  }

  /** The same finding about copies that come from elsewhere. */
  public Finding from(WeightSource other) {
    return new Finding(
        subject.from(other),
        kind,
        severity,
        comparison,
        ranks,
        cause,
        location,
        detail,
        damage,
        readBy,
        tensors);
  }

  /** The source of the copies that it is about. */
  public WeightSource source() {
    return subject.source();
  }

  /** The engine, where it is about one. */
  public Optional<String> engine() {
    return subject.engine();
  }

  /** The rank, where it is about one. */
  public Optional<Integer> rank() {
    return subject.rank();
  }

  /** The tensor, where it is about one. */
  public Optional<TensorName> tensor() {
    return subject.tensor();
  }

  /** Where in a file the bytes are that differ, where that is known. */
  public Optional<String> fileLocation() {
    return isDifference() && rank().isPresent() && tensor().isPresent() && engine().isPresent()
        ? location
        : Optional.empty();
  }

  /** Whether it is of that kind. */
  public boolean is(FindingKind other) {
    return kind.equals(other.name());
  }

  /** Whether it is said for information only: nothing is left unchecked. */
  public boolean isInformational() {
    return severity == Severity.INFO;
  }

  /** Whether it says that copies differ. */
  public boolean isDifference() {
    return FindingKind.isDifference(kind);
  }
}
