// Verifies a ledger with nothing of ours but the paths and the names of JSON members: notes, trees and tiles are read by
// golang.org/x/mod/sumdb, signatures and digests by Go's standard library. docs/ledger.md says which bytes that covers.
//
//	verifier log DIR VKEY RECORDKEY        judges a whole log; prints its size
//	verifier proofs VKEY RECORDKEY FILE... judges proof files; prints how many are right
//	verifier flips DIR VKEY RECORDKEY      reads "path offset bit" lines and prints each flip that goes unnoticed
//
// RECORDKEY is the raw Ed25519 key in hexadecimal. Exits with 1 when anything is wrong.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type ledger struct {
	files     map[string][]byte
	verifier  note.Verifier
	recordKey ed25519.PublicKey
	// right holds the digests of documents whose signature was found right, so that each is verified once.
	right map[[sha256.Size]byte]bool
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 4 && args[0] == "log":
		l, err := open(args[1], args[2], args[3])
		if err != nil {
			return err
		}
		size, err := l.verifyLog()
		if err == nil {
			fmt.Println(size)
		}
		return err
	case len(args) >= 3 && args[0] == "proofs":
		l, err := open("", args[1], args[2])
		if err != nil {
			return err
		}
		for _, path := range args[3:] {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := l.verifyProof(data); err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(path), err)
			}
		}
		fmt.Println(len(args) - 3)
		return nil
	case len(args) == 4 && args[0] == "flips":
		l, err := open(args[1], args[2], args[3])
		if err != nil {
			return err
		}
		return l.flips()
	}
	return errors.New("usage: verifier log|proofs|flips …")
}

func open(dir, vkey, recordKey string) (*ledger, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(recordKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("not an Ed25519 key")
	}
	l := &ledger{files: map[string][]byte{}, verifier: verifier, recordKey: key, right: map[[sha256.Size]byte]bool{}}
	if dir == "" {
		return l, nil
	}
	return l, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		l.files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
}

// verifyLog checks the newest checkpoint, every entry below it, every document, and that each kept checkpoint is its beginning.
func (l *ledger) verifyLog() (int64, error) {
	tree, err := l.checkpoint(l.files["checkpoint"])
	if err != nil {
		return 0, err
	}
	reader := tlog.TileHashReader(tree, l)
	if err := l.verifyEntries(tree, reader); err != nil {
		return 0, err
	}
	for path, data := range l.files {
		if !strings.HasPrefix(path, "checkpoints/") {
			continue
		}
		if err := l.verifyKept(path, data, tree, reader); err != nil {
			return 0, err
		}
	}
	return tree.N, nil
}

func (l *ledger) verifyEntries(tree tlog.Tree, reader tlog.HashReader) error {
	for start := int64(0); start < tree.N; start += 1 << tileHeight {
		width := tree.N - start
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		entries, err := l.bundle(start>>tileHeight, width)
		if err != nil {
			return err
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, start+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != hashes[i] {
				return fmt.Errorf("entry %d is not the one in the tree", start+int64(i))
			}
			if err := l.verifyDocument(entry); err != nil {
				return fmt.Errorf("entry %d: %w", start+int64(i), err)
			}
		}
	}
	return l.verifyInclusion(tree, reader)
}

// verifyInclusion proves some entries and checks the proofs, as a client of a log would.
func (l *ledger) verifyInclusion(tree tlog.Tree, reader tlog.HashReader) error {
	step := tree.N/64 + 1
	for n := int64(0); n < tree.N; n += step {
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, hashes[0]); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) verifyKept(path string, data []byte, tree tlog.Tree, reader tlog.HashReader) error {
	kept, err := l.checkpoint(data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if path != fmt.Sprintf("checkpoints/%020d", kept.N) {
		return fmt.Errorf("%s is of another size", path)
	}
	if kept.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(tree.N, kept.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, kept.N, kept.Hash)
}

// checkpoint opens a signed note and reads its three lines: tlog.ParseTree wants the header of Go's own log.
func (l *ledger) checkpoint(data []byte) (tlog.Tree, error) {
	opened, err := note.Open(data, note.VerifierList(l.verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != l.verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return tlog.Tree{}, errors.New("not a size")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func (l *ledger) bundle(n, width int64) ([][]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: 0, N: n, W: int(width)}
	path := strings.Replace(pathOf(tile), "tile/0/", "tile/entries/", 1)
	data, ok := l.files[path]
	if !ok {
		return nil, fmt.Errorf("%s is missing", path)
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s ends inside an entry", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if int64(len(entries)) != width {
		return nil, fmt.Errorf("%s has %d entries", path, len(entries))
	}
	return entries, nil
}

// verifyDocument follows an entry to its file: same digest, and a DSSE signature by the record key.
func (l *ledger) verifyDocument(entry []byte) error {
	var leaf struct {
		Digest string `json:"record_sha256"`
	}
	if err := json.Unmarshal(entry, &leaf); err != nil || len(leaf.Digest) != 64 {
		return errors.New("not an entry")
	}
	data, ok := l.files["records/"+leaf.Digest[:2]+"/"+leaf.Digest+".dsse.json"]
	if !ok {
		return errors.New("its document is missing")
	}
	sum := sha256.Sum256(data)
	if hex.EncodeToString(sum[:]) != leaf.Digest {
		return errors.New("its document is another")
	}
	if l.right[sum] {
		return nil
	}
	_, err := l.openEnvelope(data)
	l.right[sum] = err == nil
	return err
}

type envelope struct {
	Payload     string `json:"payload"`
	PayloadType string `json:"payloadType"`
	Signatures  []struct {
		Sig string `json:"sig"`
	} `json:"signatures"`
}

func (l *ledger) openEnvelope(data []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return e, err
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(e.Payload)
	if err != nil || len(e.Signatures) != 1 {
		return e, errors.New("not an envelope")
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(e.Signatures[0].Sig)
	if err != nil {
		return e, err
	}
	signed := fmt.Sprintf("DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(payload), payload)
	if !ed25519.Verify(l.recordKey, []byte(signed), sig) {
		return e, errors.New("the signature does not fit the document")
	}
	return e, nil
}

// kindOf says under which kind a document is logged (docs/ledger.md, "The document of an entry").
func kindOf(e envelope) (string, error) {
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return "", err
	}
	var document struct {
		Kind      string
		Predicate struct {
			Result   string
			Sequence int
		}
	}
	if err := json.Unmarshal(payload, &document); err != nil {
		return "", err
	}
	predicate := document.Predicate
	switch {
	case e.PayloadType == "application/vnd.habeas.event+json":
		return document.Kind, nil
	case predicate.Result == "refused" || predicate.Result == "withdrawn":
		return predicate.Result, nil
	case predicate.Sequence > 1:
		return "sequel", nil
	}
	return "completed", nil
}

// verifyProof judges a proof file: c2sp.org/tlog-proof@v1.
func (l *ledger) verifyProof(data []byte) error {
	head, checkpoint, ok := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") {
		return errors.New("not a proof")
	}
	document, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil || lines[2] != fmt.Sprintf("index %d", index) {
		return errors.New("not an index")
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return errors.New("not a hash")
		}
		var h tlog.Hash
		copy(h[:], hash)
		proof = append(proof, h)
	}
	tree, err := l.checkpoint(checkpoint)
	if err != nil {
		return err
	}
	e, err := l.openEnvelope(document)
	if err != nil {
		return err
	}
	kind, err := kindOf(e)
	if err != nil {
		return err
	}
	leaf := fmt.Sprintf(`{"kind":"%s","record_sha256":"%x","v":1}`, kind, sha256.Sum256(document))
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash([]byte(leaf)))
}

// flips changes one bit at a time and prints the changes that nothing here sees.
func (l *ledger) flips() error {
	lines := bufio.NewScanner(os.Stdin)
	count := 0
	for ; lines.Scan(); count++ {
		var path string
		var offset int
		var bit uint
		if _, err := fmt.Sscanf(lines.Text(), "%s %d %d", &path, &offset, &bit); err != nil {
			return err
		}
		whole := l.files[path]
		changed := append([]byte(nil), whole...)
		changed[offset] ^= 1 << bit
		l.files[path] = changed
		var err error
		if strings.HasSuffix(path, ".tlog-proof") {
			err = l.verifyProof(changed)
		} else {
			_, err = l.verifyLog()
		}
		if err == nil {
			fmt.Println("unnoticed", lines.Text())
		}
		l.files[path] = whole
	}
	fmt.Println("flips", count)
	return lines.Err()
}

func pathOf(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

// Height, ReadTiles and SaveTiles let tlog read our tiles: the same path as Go's, without the height.
func (l *ledger) Height() int { return tileHeight }

func (l *ledger) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, ok := l.files[pathOf(tile)]
		if !ok || len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is missing or too short", pathOf(tile))
		}
		all[i] = data
	}
	return all, nil
}

func (l *ledger) SaveTiles([]tlog.Tile, [][]byte) {}
