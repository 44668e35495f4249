package io.shardsum.live;

import io.shardsum.fleet.Endpoint;
import io.shardsum.fleet.EndpointKind;

/** What the status of an answer says that is not a success. */
final class HttpStatus {

  private HttpStatus() {}

  /** One sentence, without what the server itself said. */
  static String sentence(int status, Endpoint endpoint) {
    return status == 200
        ? "%s says that it failed".formatted(endpoint.kind().path())
        : "%s answered with status %s".formatted(endpoint.kind().path(), status)
            + hint(status, endpoint);
  }

  static String cause(int status, Secret secret) {
    return switch (status) {
      case 200 -> "the engine could not compute its checksums";
      case 301, 302, 303, 307, 308 ->
          "the address is that of another server; redirects are not followed";
      case 400 -> "a release without this action, or a rank that failed";
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
      return "; vLLM has one only with VLLM_SERVER_DEV_MODE=1";
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
