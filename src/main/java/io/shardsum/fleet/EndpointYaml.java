package io.shardsum.fleet;

import io.shardsum.fleet.Endpoint.At;
import io.shardsum.fleet.Endpoint.SavedAnswer;
import io.shardsum.fleet.Endpoint.Server;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the endpoint of an engine. */
final class EndpointYaml {

  /** The keys of an endpoint. */
  static final List<String> KEYS =
      List.of(
          "kind",
          "url",
          "file",
          "api_key_env",
          "ca_file",
          "selector",
          "timeout",
          "retries",
          "max_answer");

  private static final List<String> OF_A_SERVER =
      List.of("api_key_env", "ca_file", "timeout", "retries", "selector");

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,6})(ms|s|m|h)");
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,5})(kB|KB|MB|GB)");
  private static final long LARGEST_ANSWER_BYTES = 64_000_000_000L;
  private static final String LOCAL = "file:";

  private final YamlMapping endpoint;
  private final String baseDirectory;

  EndpointYaml(YamlMapping endpoint, String baseDirectory) {
    this.endpoint = endpoint;
    this.baseDirectory = baseDirectory;
  }

  /**
   * Reads it.
   *
   * @param unlessSaid what is asked for where the description does not say it
   */
  Endpoint read(Selector unlessSaid) {
    EndpointKind kind = endpoint.parsed("kind", EndpointKind::parse).orElse(EndpointKind.SGLANG);
    if (kind == EndpointKind.VLLM && endpoint.has("selector")) {
      throw endpoint.faultAt("selector", "'selector' does not apply to kind vllm");
    }
    return new Endpoint(
        kind,
        at(kind),
        endpoint.parsed("selector", Selector::parse).orElse(unlessSaid),
        endpoint.parsed("timeout", EndpointYaml::timeout).orElse(Endpoint.DEFAULT_TIMEOUT),
        endpoint.number("retries", 0, Endpoint.MOST_RETRIES).orElse(Endpoint.DEFAULT_RETRIES),
        endpoint
            .parsed("max_answer", EndpointYaml::size)
            .map(OptionalLong::of)
            .orElse(OptionalLong.empty()));
  }

  private At at(EndpointKind kind) {
    if (endpoint.has("url") == endpoint.has("file")) {
      throw endpoint.fault("must have either 'url' or 'file'");
    }
    if (endpoint.has("file")) {
      for (String key : OF_A_SERVER) {
        if (endpoint.has(key)) {
          throw endpoint.faultAt(key, "'" + key + "' does not apply to a file");
        }
      }
      return new SavedAnswer(localFile("file").orElseThrow());
    }
    return new Server(
        endpoint.parsed("url", text -> url(text, kind)).orElseThrow(),
        endpoint.parsed("api_key_env", EndpointYaml::variable),
        localFile("ca_file"));
  }

  private Optional<Path> localFile(String key) {
    return endpoint.parsed(
        key,
        text -> {
          String location = StorageLocation.resolve(text, baseDirectory);
          if (!location.startsWith(LOCAL)) {
            throw new FleetException("'" + key + "' must be a local file");
          }
          return Path.of(location.substring(LOCAL.length()));
        });
  }

  /** The address of the weight checker, from that of the server. No message quotes a password. */
  private static URI url(String text, EndpointKind kind) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw new FleetException("'url' is no address: " + e.getReason());
    }
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!http || url.getHost() == null) {
      throw new FleetException("'url' must be as in http://host:port or https://host:port");
    }
    if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new FleetException(
          "'url' must have no user, query or fragment; a key is named by 'api_key_env'");
    }
    String path = url.getRawPath().replaceFirst("/+$", "");
    String whole = path.endsWith(kind.path()) ? path : path + kind.path();
    return URI.create(url.getScheme() + "://" + url.getRawAuthority() + whole);
  }

  /** The text is not repeated: it could be the key itself. */
  private static String variable(String text) {
    if (!VARIABLE.matcher(text).matches()) {
      throw new FleetException(
          "'api_key_env' must be the name of an environment variable: letters, digits and '_'");
    }
    return text;
  }

  private static Duration timeout(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (matcher.matches()) {
      long count = Long.parseLong(matcher.group(1));
      Duration timeout =
          switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
          };
      if (timeout.compareTo(Endpoint.LONGEST_TIMEOUT) <= 0) {
        return timeout;
      }
    }
    throw new FleetException(
        String.format(
            Locale.ROOT,
            "'timeout' must be as in 500ms, 30s or 2m, and at most 1h, found %s",
            MessageText.quoted(text)));
  }

  private static long size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (matcher.matches()) {
      long count = Long.parseLong(matcher.group(1));
      long bytes =
          switch (matcher.group(2)) {
            case "GB" -> count * 1_000_000_000L;
            case "MB" -> count * 1_000_000L;
            default -> count * 1_000L;
          };
      if (bytes <= LARGEST_ANSWER_BYTES) {
        return bytes;
      }
    }
    throw new FleetException(
        "'max_answer' must be as in 500kB, 256MB or 2GB, and at most 64GB, found "
            + MessageText.quoted(text));
  }
}
