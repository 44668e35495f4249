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
            + hint(status, endpoint.kind());
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

  /** What a release wants before it has a weight checker at all. */
  private static String hint(int status, EndpointKind kind) {
    return status == 404 && kind == EndpointKind.VLLM
        ? "; vLLM has one only with VLLM_SERVER_DEV_MODE=1"
        : "";
  }
}
