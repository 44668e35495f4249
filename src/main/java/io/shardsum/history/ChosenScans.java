package io.shardsum.history;

import io.shardsum.scan.ScanId;
import io.shardsum.text.ForeignText;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Of all scans in the tables, those that a question is about. */
final class ChosenScans {

  private static final int NAME_CODE_POINTS = 60;
  private static final int NAMES_SHOWN = 6;

  private final Map<String, List<PastScan>> byFleet = new TreeMap<>();

  ChosenScans(List<PastScan> scans) {
    scans.stream()
        .sorted(NumberedScans.ORDER)
        .collect(Collectors.groupingBy(PastScan::fleet))
        .forEach(byFleet::put);
  }

  /**
   * Chooses.
   *
   * @param fleet empty: all fleets that have scans in the range
   * @return one for each fleet, by name
   * @throws HistoryException if there is no such fleet, or no such scan
   */
  List<NumberedScans> of(Optional<String> fleet, ScanRange range) {
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
      throw noneBetween(fleet, (ScanRange.Between) range);
    }
    return chosen;
  }

  private void requireFleet(String fleet) {
    if (!byFleet.containsKey(fleet)) {
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
    return byFleet.entrySet().stream()
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
