module bindingscheck

go 1.24

require iiistream v0.0.0

replace iiistream => ../../../generated/bindings/go
