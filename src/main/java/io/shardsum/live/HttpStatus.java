package io.shardsum.live;

import io.shardsum.fleet.Endpoint;
import io.shardsum.fleet.EndpointKind;
import io.shardsum.text.ForeignText;
import java.util.Optional;

/** What the status of an answer says that is not a success. */
final class HttpStatus {

  private static final int OK = 200;
  private static final int ADDRESS_CODE_POINTS = 200;

  private HttpStatus() {}

  /** One sentence, with what the server itself said, or the address that it names instead. */
  static String sentence(FetchedAnswer fetched, Optional<ServerWords> words) {
    Endpoint endpoint = fetched.spec().endpoint();
    int status = fetched.status();
    String said = words.map(ServerWords::afterStatus).orElse("");
    if (status == OK) {
      return endpoint.kind().path() + " says that it failed" + said;
    }
    return "%s answered with status %s".formatted(endpoint.kind().path(), status)
        + (isRedirect(status) ? target(fetched) : said)
        + hint(status, endpoint);
  }

  private static String target(FetchedAnswer fetched) {
    return fetched
        .redirectedTo()
        .map(to -> fetched.secret().blotted(to))
        .map(to -> ": it redirects to " + ForeignText.beginning(to, ADDRESS_CODE_POINTS))
        .orElse(", a redirect without an address");
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  static String cause(int status, Secret secret) {
    return switch (status) {
      case 200 -> "the engine could not compute its checksums";
      case 301, 302, 303, 307, 308 ->
          "the server redirects to another address, and Shardsum does not follow";
      case 400 -> "a release that does not know this request, or a rank that failed";
      case 401, 403 ->
          secret.isPresent()
              ? "a key that this server does not accept"
              : "the server wants a key, and api_key_env names none";
      case 404, 405 -> "no weight checker at this address";
      case 500 -> "a failure of the engine";
      default -> status >= 500 ? "a server, or a proxy before it, that is not up" : "not an engine";
    };
  }

  /** What the server wants. */
  private static String hint(int status, Endpoint endpoint) {
    if (status == 404 && endpoint.kind() == EndpointKind.VLLM) {
      return "; vLLM answers there only with VLLM_SERVER_DEV_MODE=1";
    }
    if (status == 401 && endpoint.at() instanceof Endpoint.Server server) {
      return server
          .apiKeyEnv()
          .map(name -> "; it does not accept the key in the environment variable " + name)
          .orElse("; it wants a key: api_key_env names the environment variable that holds it");
    }
    return "";
  }
}
