package io.shardsum.scan.manifest;

import io.shardsum.verdict.Finding;
import java.util.List;
import java.util.Set;

/**
 * What the manifests of a fleet say of its files.
 *
 * @param misread what is said of files that gave other bytes when they were read again
 * @param verified the engines all of whose files are as a manifest says
 */
public record ManifestResult(List<Finding> findings, List<Finding> misread, Set<String> verified) {

  /** Copies lists and set. */
  public ManifestResult {
    findings = List.copyOf(findings);
    misread = List.copyOf(misread);
    verified = Set.copyOf(verified);
  }
}
