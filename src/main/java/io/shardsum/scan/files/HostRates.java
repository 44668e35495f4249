package io.shardsum.scan.files;

import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How fast each host has read. A host is slow whose rate is below half of the median of the hosts,
 * the rate of one of its tasks as well as that of all of them together: where the disk or a limit
 * is what holds tasks up, a host with more cores has slower tasks, and where its cores are, one
 * with fewer is slower as a whole; neither has a failing disk.
 *
 * <p>That says something of {@value #LEAST_HOSTS} hosts or more that have each read 64 MiB or more
 * in 10 task seconds or more; others are not compared.
 *
 * @param hosts by name
 */
public record HostRates(List<HostRate> hosts) {

  private static final int LEAST_HOSTS = 3;
  private static final double SLOW = 0.5;
  private static final int MOST_NAMED = 10;

  /** Copies the list. */
  public HostRates {
    hosts = List.copyOf(hosts);
  }

  /** Says which hosts are slow. */
  static HostRates compared(Collection<HostRate> rates) {
    HostRates all = new HostRates(List.copyOf(rates));
    return new HostRates(rates.stream().map(rate -> rate.slow(all.isSlow(rate))).toList());
  }

  private boolean isSlow(HostRate rate) {
    return rate.isComparable()
        && comparable().size() >= LEAST_HOSTS
        && isSlow(rate, HostRate::bytesPerSecond)
        && isSlow(rate, HostRate::bytesPerSecondOfAllTasks);
  }

  private boolean isSlow(HostRate rate, ToDoubleFunction<HostRate> bytesPerSecond) {
    return bytesPerSecond.applyAsDouble(rate) < SLOW * median(bytesPerSecond);
  }

  private double median(ToDoubleFunction<HostRate> bytesPerSecond) {
    double[] sorted = comparable().stream().mapToDouble(bytesPerSecond).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private List<HostRate> comparable() {
    return hosts.stream().filter(HostRate::isComparable).toList();
  }

  /**
   * The slow hosts in one line: {@code gpu-17: 0.21 GB/s a task; the median of 12 hosts is 1.40
   * GB/s}.
   *
   * @return empty where none is
   */
  public Optional<String> slowInWords() {
    List<HostRate> slow = hosts.stream().filter(HostRate::slow).toList();
    if (slow.isEmpty()) {
      return Optional.empty();
    }
    String named =
        slow.stream()
            .limit(MOST_NAMED)
            .map(
                h ->
                    "%s: %s a task"
                        .formatted(ForeignText.name(h.host()), words(h.bytesPerSecond())))
            .collect(Collectors.joining(", "));
    String more = slow.size() > MOST_NAMED ? ", and " + (slow.size() - MOST_NAMED) + " more" : "";
    return Optional.of(
        "%s%s; the median of %s is %s"
            .formatted(
                named,
                more,
                NumberWords.count(comparable().size(), "host"),
                words(Math.round(median(HostRate::bytesPerSecond)))));
  }

  private static String words(long bytesPerSecond) {
    return bytesPerSecond < 1e8
        ? String.format(Locale.ROOT, "%.1f MB/s", bytesPerSecond / 1e6)
        : String.format(Locale.ROOT, "%.2f GB/s", bytesPerSecond / 1e9);
  }
}
