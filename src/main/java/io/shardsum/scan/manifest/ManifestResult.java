package io.shardsum.scan.manifest;

import io.shardsum.verdict.Finding;
import java.util.List;
import java.util.Set;

/**
 * What the manifests of a fleet say of its files.
 *
 * @param verified the engines all of whose files are as a manifest says
 */
public record ManifestResult(List<Finding> findings, Set<String> verified) {

  /** Copies list and set. */
  public ManifestResult {
    findings = List.copyOf(findings);
    verified = Set.copyOf(verified);
  }
}
