"""scikit-learn's clustering of .npy samples, as JSON: what calibration is compared with.

usage: oracle.py time   samples.npy clusters
       oracle.py lloyd  samples.npy start.npy     Lloyd from given centres
       oracle.py best   samples.npy clusters      the best of four k-means++ starts
"""

import json
import sys
import time

import numpy
from sklearn.cluster import KMeans

mode, path, argument = sys.argv[1:]
samples = numpy.load(path).reshape(-1, 1)
start = time.perf_counter()
if mode == "time":
    model = KMeans(int(argument), n_init=1, random_state=0).fit(samples)
elif mode == "lloyd":
    centres = numpy.load(argument).reshape(-1, 1)
    model = KMeans(len(centres), init=centres, n_init=1, max_iter=500, tol=0, algorithm="lloyd").fit(samples)
else:
    model = KMeans(int(argument), n_init=4, random_state=0, tol=0).fit(samples)
seconds = time.perf_counter() - start
print(json.dumps({
    "seconds": seconds,
    "inertia": float(model.inertia_),
    "centres": sorted(float(centre) for centre in model.cluster_centers_[:, 0]),
    "rounds": int(model.n_iter_),
}))
