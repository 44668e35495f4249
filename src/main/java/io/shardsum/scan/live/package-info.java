/** Running engines: what they answered as rows, compared with their files and with each other. */
package io.shardsum.scan.live;
