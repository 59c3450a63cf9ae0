# Each target only calls bootstrap.py, which also runs where make does not exist.
.PHONY: demo test check docs
demo test check docs:
	python3 bootstrap.py $@
