// Follows every TCP connection of a savefile with gopacket's state machine, and says how many
// packets it has read: what a program in Go does that asks for states.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/google/gopacket/reassembly"
)

type flow struct {
	network, transport gopacket.Flow
}

type connection struct {
	states *reassembly.TCPSimpleFSM
	dialed flow
}

func run(path string) (int, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	reader, err := pcapgo.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return 0, err
	}
	var ethernet layers.Ethernet
	var version4 layers.IPv4
	var segment layers.TCP
	parser := gopacket.NewDecodingLayerParser(
		layers.LayerTypeEthernet, &ethernet, &version4, &segment)
	parser.IgnoreUnsupported = true
	var decoded []gopacket.LayerType
	connections := map[flow]*connection{}
	packets := 0
	for {
		data, _, err := reader.ReadPacketData()
		if err == io.EOF {
			return packets, nil
		}
		if err != nil {
			return packets, err
		}
		packets++
		if err := parser.DecodeLayers(data, &decoded); err != nil {
			return packets, err
		}
		if len(decoded) == 0 || decoded[len(decoded)-1] != layers.LayerTypeTCP {
			continue
		}
		sent := flow{version4.NetworkFlow(), segment.TransportFlow()}
		// The end with the lower address first, so that both directions have one key.
		key, isReversed := sent, sent.network.Dst().LessThan(sent.network.Src())
		if isReversed {
			key = flow{sent.network.Reverse(), sent.transport.Reverse()}
		}
		known := connections[key]
		if known == nil || segment.SYN && !segment.ACK {
			known = &connection{
				reassembly.NewTCPSimpleFSM(reassembly.TCPSimpleFSMOptions{}), sent}
			connections[key] = known
		}
		direction := reassembly.TCPDirClientToServer
		if sent != known.dialed {
			direction = reassembly.TCPDirServerToClient
		}
		known.states.CheckState(&segment, direction)
		switch known.states.String() {
		case "Closed", "Reset":
			delete(connections, key)
		}
	}
}

func main() {
	packets, err := run(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(packets)
}
