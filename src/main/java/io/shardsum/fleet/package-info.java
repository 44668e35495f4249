/**
 * What should be there, and what is: the description of a fleet and the inventory of its files.
 *
 * <p>{@link io.shardsum.fleet.FleetDescription} is read from YAML, {@link
 * io.shardsum.fleet.Inventory} lists the directories that it names and says for every expected rank
 * which files are its own, or why that cannot be said. Expected ranks come from the description,
 * never from what was found. {@link io.shardsum.fleet.ShardsDirectory} does the same for a
 * directory of engines without a description.
 *
 * <p>Nothing here opens a shard; the only file contents read are the YAML and the index of a
 * checkpoint. No Spark.
 */
package io.shardsum.fleet;
