package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.shardsum.fleet.Endpoint.SavedAnswer;
import io.shardsum.fleet.Endpoint.Server;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Endpoints as a fleet's description gives them. */
class EndpointYamlTest {

  private static final String HOST = "url: 'http://h:30000'";

  @Test
  void readsEveryKey() {
    assertThat(
            endpoint(
                "kind: sglang, url: 'https://h:30000/engine/', api_key_env: KEY, ca_file: ca.pem,"
                    + " selector: all, timeout: 5m, retries: 0, max_answer: 256MB"))
        .isEqualTo(
            new Endpoint(
                EndpointKind.SGLANG,
                new Server(
                    URI.create("https://h:30000/engine/weights_checker"),
                    Optional.of("KEY"),
                    Optional.of(Path.of("/base/ca.pem"))),
                Selector.ALL,
                Duration.ofMinutes(5),
                0,
                OptionalLong.of(256_000_000)));
  }

  @Test
  void asksForTheModelItselfWithinTwoMinutesUnlessToldOtherwise() {
    assertThat(endpoint(HOST))
        .isEqualTo(
            new Endpoint(
                EndpointKind.SGLANG,
                new Server(
                    URI.create("http://h:30000/weights_checker"),
                    Optional.empty(),
                    Optional.empty()),
                Selector.TARGET,
                Duration.ofMinutes(2),
                2,
                OptionalLong.empty()));
  }

  @Test
  void asksForDraftsWhereTheirFilesAreRead() {
    FleetDescription fleet =
        parse("shards: a, draft: { shards: d }, parallelism: { tp: 1 }, endpoint: { %s }", HOST);

    assertThat(fleet.live().get(0).endpoint().selector()).isEqualTo(Selector.ALL);
    assertThat(fleet.engines()).hasSize(1);
    assertThat(fleet.live().get(0).group()).isEqualTo(ComparisonGroup.of(fleet.engines().get(0)));
  }

  @Test
  void takesASavedAnswerInsteadOfAServer() {
    assertThat(endpoint("kind: vllm, file: answers/a.json").at())
        .isEqualTo(new SavedAnswer(Path.of("/base/answers/a.json")));
  }

  @Test
  void needsNoShardsBesideAnEndpoint() {
    FleetDescription fleet = parse("parallelism: { tp: 2 }, endpoint: { %s }", HOST);

    assertThat(fleet.engines()).isEmpty();
    assertThat(fleet.live())
        .extracting(LiveSpec::engine, LiveSpec::parallelism)
        .containsExactly(tuple("e", new Parallelism(2, 1, 1)));
  }

  @Test
  void takesTheWholeAddressOfTheWeightChecker() {
    assertThat(endpoint("url: 'http://h:1/weights_checker'").at().shown())
        .isEqualTo("http://h:1/weights_checker");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "selector: all|must have either 'url' or 'file'",
        "url: 'http://h', file: a|must have either 'url' or 'file'",
        "file: a, retries: 1|'retries' does not apply to a file",
        "file: a, api_key_env: KEY|'api_key_env' does not apply to a file",
        "kind: vllm, url: 'http://h', selector: all|'selector' does not apply to kind vllm",
        "kind: tgi, url: 'http://h'|unknown kind 'tgi'; allowed: sglang, vllm",
        "url: 'http://h', selector: some|unknown selector 'some'; allowed: target, draft, all",
        "url: 'http://h', timeout: 30|'timeout' must be text, found the number '30'; write it in quotes",
        "url: 'http://h', timeout: soon|'timeout' must be as in 500ms, 30s or 2m, and at most 1h, found 'soon'",
        "url: 'http://h', timeout: 2h|'timeout' must be as in 500ms, 30s or 2m, and at most 1h, found '2h'",
        "url: 'http://h', retries: 11|'retries' must be a whole number from 0 to 10, found the number '11'",
        "url: 'http://h', max_answer: 5|'max_answer' must be text, found the number '5'; write it in quotes",
        "file: a, max_answer: 100GB|'max_answer' must be as in 500kB, 256MB or 2GB, and at most 64GB, found '100GB'",
        "url: 'ftp://h'|'url' must be as in http://host:port or https://host:port",
        "url: 'h:30000'|'url' must be as in http://host:port or https://host:port",
        "url: 'http://h h'|'url' is no address: Illegal character in authority",
        "url: 'http://u:sk-secret@h'|'url' must have no user, query or fragment; a key is named by 'api_key_env'",
        "url: 'http://h/?key=sk-secret'|'url' must have no user, query or fragment; a key is named by 'api_key_env'",
        "url: 'http://h', api_key_env: sk-secret|'api_key_env' must be the name of an environment variable: letters, digits and '_'"
      })
  void refusesWithoutRepeatingWhatCouldBeAKey(String endpoint, String message) {
    assertThatThrownBy(() -> endpoint(endpoint))
        .isInstanceOf(FleetException.class)
        .hasMessage("fleet.yaml line 3: engine 'e': endpoint: " + message);
  }

  @Test
  void refusesAKeyInTheDescription() {
    assertThatThrownBy(() -> endpoint("url: 'http://h', api_key: sk-secret"))
        .isInstanceOf(FleetException.class)
        .hasMessage(
            "fleet.yaml line 3: engine 'e': endpoint: unknown key 'api_key'; allowed: kind, url,"
                + " file, api_key_env, ca_file, selector, timeout, retries, max_answer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "parallelism: { tp: 1 }, trusted: true|'trusted' needs 'shards'",
        "parallelism: { tp: 1 }, draft: { shards: d }|'draft' needs 'shards'",
        "revision: a|key 'parallelism' is missing: an endpoint needs it with 'tp', so that a missing rank can be seen",
        "shards: a, layout: checkpoint|'endpoint' does not apply to layout checkpoint: an engine's tensors are not those of the files it was loaded from"
      })
  void refusesWhatNeedsFiles(String keys, String message) {
    assertThatThrownBy(() -> parse(keys + ", endpoint: { %s }", HOST))
        .isInstanceOf(FleetException.class)
        .hasMessage("fleet.yaml line 3: engine 'e': " + message);
  }

  private static Endpoint endpoint(String keys) {
    return parse("parallelism: { tp: 1 }, endpoint: { %s }", keys).live().get(0).endpoint();
  }

  private static FleetDescription parse(String keys, String endpoint) {
    String yaml = "fleet: f\nengines:\n  - { name: e, " + keys.formatted(endpoint) + " }\n";
    return FleetDescription.parse(yaml, "fleet.yaml", "/base");
  }
}
