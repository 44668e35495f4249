package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HostRatesTest {

  private static final long GB = 1_000_000_000;

  /** A host that had all its tasks for a minute. */
  private static HostRate host(String name, int tasks, long bytes) {
    return new HostRate(name, bytes, 60.0 * tasks, 60, false);
  }

  private static List<String> slow(List<HostRate> rates) {
    return HostRates.compared(rates).hosts().stream()
        .filter(HostRate::slow)
        .map(HostRate::host)
        .toList();
  }

  private static List<HostRate> with(HostRate... others) {
    List<HostRate> rates = new ArrayList<>();
    IntStream.range(0, 3).forEach(i -> rates.add(host("gpu-" + i, 8, 480 * GB)));
    rates.addAll(List.of(others));
    return rates;
  }

  @Test
  void nameTheHostBelowHalfOfTheMedian() {
    List<HostRate> rates = with(host("gpu-7", 8, 96 * GB));

    assertThat(slow(rates)).containsExactly("gpu-7");
    assertThat(HostRates.compared(rates).slowInWords())
        .contains("gpu-7: 0.20 GB/s a task; the median of 4 hosts is 1.00 GB/s");
    assertThat(slow(with(host("gpu-7", 8, 241 * GB)))).isEmpty();
  }

  @Test
  void compareHostsOfAnyNumberOfCores() {
    assertThat(slow(with(host("same-disk-more-cores", 64, 480 * GB)))).isEmpty();
    assertThat(slow(with(host("same-cores-but-fewer", 2, 120 * GB)))).isEmpty();
    assertThat(slow(with(host("more-cores-and-slow", 64, 96 * GB)))).hasSize(1);
  }

  @Test
  void sayNothingOfLittle() {
    assertThat(slow(List.of(host("a", 8, GB), host("b", 8, 480 * GB)))).isEmpty();
    assertThat(slow(with(new HostRate("seconds", GB, 9.9, 9.9, false)))).isEmpty();
    assertThat(slow(with(host("bytes", 8, 67_000_000)))).isEmpty();
    assertThat(slow(with(host("bytes", 8, 68_000_000)))).containsExactly("bytes");
    assertThat(
            slow(
                List.of(
                    host("a", 8, 480 * GB), host("b", 8, GB), new HostRate("c", GB, 1, 1, false))))
        .isEmpty();
    assertThat(HostRates.compared(List.of()).slowInWords()).isEmpty();
  }

  @Test
  void nameTenOfManyAndCountTheOthers() {
    List<HostRate> rates = new ArrayList<>();
    IntStream.range(0, 30).forEach(i -> rates.add(host("fast-" + i, 8, 480 * GB)));
    IntStream.range(0, 12).forEach(i -> rates.add(host("slow\n" + i, 8, GB)));

    assertThat(HostRates.compared(rates).slowInWords().orElseThrow())
        .startsWith("slow\\n0: 2.1 MB/s a task, ")
        .endsWith(", slow\\n9: 2.1 MB/s a task, and 2 more; the median of 42 hosts is 1.00 GB/s");
  }
}
