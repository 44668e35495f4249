/** A small fleet with two planted faults, to see a scan at work without weights of one's own. */
package io.shardsum.demo;
