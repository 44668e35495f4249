package io.shardsum.verdict;

import java.util.Optional;

/**
 * What has read a tensor. Where several have, each value lists all of them, with commas between.
 *
 * @param executor Spark's id of the executor
 * @param gpu its address, where a GPU hashed what was read
 */
public record ReadBy(String host, String executor, Optional<String> gpu) {

  /** Such as {@code executor 3 of host w-17, GPU 0}. */
  public String text() {
    return "executor %s of host %s%s"
        .formatted(executor, host, gpu.map(address -> ", GPU " + address).orElse(""));
  }
}
