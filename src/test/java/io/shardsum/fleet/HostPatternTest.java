package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPatternTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpu-17 | gpu-17",
        "127.0.0.2 | 127.0.0.2",
        "gpu-[08-11] | gpu-08 gpu-09 gpu-10 gpu-11",
        "gpu-[1-2,7].rack | gpu-1.rack gpu-2.rack gpu-7.rack",
        "gpu-{08..10} | gpu-08 gpu-09 gpu-10",
        "{a,b}-[1-2] | a-1 a-2 b-1 b-2",
        "gpu-[3-3] | gpu-3"
      })
  void namesHostsAsShellsDo(String pattern, String hosts) {
    assertThat(HostPattern.hosts(List.of(pattern))).containsExactly(hosts.split(" "));
  }

  @Test
  void namesEachHostOnce() {
    assertThat(HostPattern.hosts(List.of("a-[1-2]", "a-[2-3]")))
        .containsExactly("a-1", "a-2", "a-3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "gpu 17 | not the name of a host: 'gpu 17'",
        "gpu-[1-2 | not the name of a host: 'gpu-[1-2'",
        "gpu-[] | not the name of a host: 'gpu-'",
        "gpu-[9-3] | the range '9-3' of 'gpu-[9-3]' ends before it begins",
        "gpu-[1-99999] | 'gpu-[1-99999]' names more than 10000 hosts",
        "a/b | not the name of a host: 'a/b'"
      })
  void refusesWhatIsNoHost(String pattern, String message) {
    assertThatThrownBy(() -> HostPattern.hosts(List.of(pattern)))
        .isInstanceOf(FleetException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesAnEmptyList() {
    assertThatThrownBy(() -> HostPattern.hosts(List.of()))
        .isInstanceOf(FleetException.class)
        .hasMessage("'hosts' is empty: expected the names of hosts");
  }
}
