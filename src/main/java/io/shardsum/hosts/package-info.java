/**
 * Work that must be done on certain hosts, as their disks are their own: which executor is on which
 * host, and what its disk has.
 */
package io.shardsum.hosts;
