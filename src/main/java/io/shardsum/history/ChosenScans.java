package io.shardsum.history;

import io.shardsum.tables.ScanId;
import io.shardsum.text.ForeignText;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Of all scans in the tables, those that a question is about. */
final class ChosenScans {

  private static final int NAME_CODE_POINTS = 60;
  private static final int NAMES_SHOWN = 6;

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Map<String, List<PastScan>> byFleet = new TreeMap<>();
  private final Map<String, List<PastScan>> inFuture = new TreeMap<>();
  private final Instant now;

  /**
   * Of all scans.
   *
   * @param now what is dated later is chosen only where it is named
   */
  ChosenScans(List<PastScan> scans, Instant now) {
    this.now = now;
    scans.stream()
        .sorted(NumberedScans.ORDER)
        .forEach(
            scan ->
                (scan.isInFuture(now) ? inFuture : byFleet)
                    .computeIfAbsent(scan.fleet(), any -> new ArrayList<>())
                    .add(scan));
  }

  /** The scans of a fleet that are dated in the future. */
  List<PastScan> inFuture(String fleet) {
    return inFuture.getOrDefault(fleet, List.of());
  }

  /** Those of a fleet that are left out. */
  List<LeftOutScan> leftOut(String fleet) {
    return inFuture(fleet).stream()
        .map(
            scan ->
                new LeftOutScan(
                    scan.scanId(),
                    "it is dated %s, in the future (now: %s)"
                        .formatted(MINUTE.format(scan.startedAt()), MINUTE.format(now))))
        .toList();
  }

  /**
   * Chooses.
   *
   * @param fleet empty: all fleets that have scans in the range
   * @return one for each fleet, by name
   * @throws HistoryException if there is no such fleet, or no such scan
   */
  List<NumberedScans> choose(Optional<String> fleet, ScanRange range) {
    fleet.ifPresent(this::requireFleet);
    if (range instanceof ScanRange.Pair pair) {
      return List.of(pair(pair, fleet));
    }
    List<NumberedScans> chosen =
        byFleet.entrySet().stream()
            .filter(entry -> fleet.isEmpty() || fleet.get().equals(entry.getKey()))
            .flatMap(entry -> ofFleet(entry.getValue(), range).stream())
            .toList();
    if (chosen.isEmpty()) {
      requirePast(fleet);
      throw noneBetween(fleet, (ScanRange.Between) range);
    }
    return chosen;
  }

  /** Whose host has a wrong clock would else be told that there is no scan. */
  private void requirePast(Optional<String> fleet) {
    boolean any = fleet.map(byFleet::containsKey).orElse(!byFleet.isEmpty());
    if (!any) {
      PastScan scan = fleet.map(inFuture::get).orElse(inFuture.values().iterator().next()).get(0);
      throw new HistoryException(
          "Every scan%s is dated in the future, such as scan %s of %s (now: %s)"
              .formatted(
                  fleet.map(name -> " of fleet " + name(name)).orElse(""),
                  scan.scanId(),
                  MINUTE.format(scan.startedAt()),
                  MINUTE.format(now)));
    }
  }

  private void requireFleet(String fleet) {
    if (!byFleet.containsKey(fleet) && !inFuture.containsKey(fleet)) {
      throw new HistoryException(
          "No scan of fleet %s in these tables: they have %s".formatted(name(fleet), fleets()));
    }
  }

  private String fleets() {
    String first =
        byFleet.keySet().stream()
            .limit(NAMES_SHOWN)
            .map(ChosenScans::name)
            .collect(Collectors.joining(", "));
    int more = byFleet.size() - NAMES_SHOWN;
    return more > 0 ? "%s and %s more".formatted(first, Integer.toString(more)) : first;
  }

  private static String name(String fleet) {
    return ForeignText.shown(fleet, NAME_CODE_POINTS);
  }

  private static Optional<NumberedScans> ofFleet(List<PastScan> scans, ScanRange range) {
    if (range instanceof ScanRange.Between days) {
      List<PastScan> until =
          scans.stream().filter(scan -> !isAfter(scan.date(), days.to())).toList();
      int before = (int) until.stream().filter(scan -> isBefore(scan.date(), days.from())).count();
      return before == until.size()
          ? Optional.empty()
          : Optional.of(new NumberedScans(until, before + 1));
    }
    int wanted = ((ScanRange.Last) range).scans();
    return Optional.of(new NumberedScans(scans, Math.max(1, scans.size() - wanted + 1)));
  }

  private static boolean isBefore(LocalDate date, Optional<LocalDate> from) {
    return from.isPresent() && date.isBefore(from.get());
  }

  private static boolean isAfter(LocalDate date, Optional<LocalDate> to) {
    return to.isPresent() && date.isAfter(to.get());
  }

  private HistoryException noneBetween(Optional<String> fleet, ScanRange.Between days) {
    List<LocalDate> dates =
        byFleet.entrySet().stream()
            .filter(entry -> fleet.isEmpty() || fleet.get().equals(entry.getKey()))
            .flatMap(entry -> entry.getValue().stream())
            .map(PastScan::date)
            .sorted()
            .toList();
    return new HistoryException(
        "No scan%s%s%s: these tables have scans from %s to %s"
            .formatted(
                fleet.map(name -> " of fleet " + name(name)).orElse(""),
                days.from().map(day -> " from " + day).orElse(""),
                days.to().map(day -> " to " + day).orElse(""),
                dates.get(0),
                dates.get(dates.size() - 1)));
  }

  private NumberedScans pair(ScanRange.Pair pair, Optional<String> fleet) {
    PastScan earlier = scan(pair.earlier(), fleet);
    PastScan later = scan(pair.later(), fleet);
    if (!earlier.fleet().equals(later.fleet())) {
      throw new HistoryException(
          "Cannot compare scan %s of fleet %s with scan %s of fleet %s: expected two scans of one fleet"
              .formatted(
                  earlier.scanId(), name(earlier.fleet()), later.scanId(), name(later.fleet())));
    }
    if (NumberedScans.ORDER.compare(earlier, later) >= 0) {
      throw new HistoryException(
          "Cannot compare scan %s with scan %s: expected the earlier scan first"
              .formatted(earlier.scanId(), later.scanId()));
    }
    return new NumberedScans(List.of(earlier, later), 2);
  }

  private PastScan scan(ScanId wanted, Optional<String> fleet) {
    return Stream.of(byFleet, inFuture)
        .flatMap(scans -> scans.entrySet().stream())
        .filter(entry -> fleet.isEmpty() || fleet.get().equals(entry.getKey()))
        .flatMap(entry -> entry.getValue().stream())
        .filter(scan -> scan.scanId().equals(wanted.text()))
        .findFirst()
        .orElseThrow(
            () ->
                new HistoryException(
                    "No finished scan %s%s in these tables"
                        .formatted(
                            wanted.text(),
                            fleet.map(name -> " of fleet " + name(name)).orElse(""))));
  }
}
