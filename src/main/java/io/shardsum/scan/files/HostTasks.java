package io.shardsum.scan.files;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The tasks that one host has read in. */
final class HostTasks {

  private record Span(long launchMillis, long finishMillis) {}

  private final List<Span> spans = new ArrayList<>();
  private long bytes;

  void add(long taskBytes, long launchMillis, long finishMillis) {
    bytes += taskBytes;
    spans.add(new Span(launchMillis, finishMillis));
  }

  HostRate rate(String host) {
    long taskMillis = spans.stream().mapToLong(s -> s.finishMillis - s.launchMillis).sum();
    return new HostRate(
        host, bytes, Math.max(1, taskMillis) / 1000.0, Math.max(1, millis()) / 1000.0, false);
  }

  /** How long any of them ran; a short one takes no millisecond. */
  private long millis() {
    long millis = 0;
    long countedUntil = Long.MIN_VALUE;
    for (Span span : spans.stream().sorted(Comparator.comparing(Span::launchMillis)).toList()) {
      long from = Math.max(span.launchMillis, countedUntil);
      millis += Math.max(0, span.finishMillis - from);
      countedUntil = Math.max(countedUntil, span.finishMillis);
    }
    return millis;
  }
}
