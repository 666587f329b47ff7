"""Golden numbers for LeNet-5 as published in 1998: its layers, losses and second derivatives, and training runs of the whole network.

Usage, in this folder after `npm ci` in the checkout:  /usr/bin/python3 make_lenet5_1998.py
Everything is computed in float64 by PyTorch from float32 inputs. Second derivatives follow the recursion of LeCun, "Efficient
BackProp" (1998), section 7, written out here; where it is exact it is checked against PyTorch's own second derivatives.
"""
import json

import numpy as np
import torch
import torch.nn.functional as F

from make_golden import block, here, load_mnist, save_safetensors

torch.set_flush_denormal(True)
rng = np.random.default_rng(1998)


def random(*shape, scale=1):
    """Multiples of 1/256: exact in float32 and in nine digits."""
    return torch.from_numpy(np.round(rng.standard_normal(shape) * scale * 256) / 256)


# ---- layers and losses ----------------------------------------------------------------------------------------------


def case(op, options, x, forward, weight=None, bias=None):
    tensors = [t.clone().requires_grad_() for t in (x, weight, bias) if t is not None]
    y = forward(*tensors)
    dy = random(*y.shape)
    y.backward(dy)
    names = ["input", "weight", "bias"]
    gradients = ["gradInput", "gradWeight", "gradBias"]
    result = {"op": op, "options": options, "output": block(y), "gradOutput": block(dy)}
    for name, gradient, t in zip(names, gradients, tensors):
        result |= {name: block(t), gradient: block(t.grad)}
    return result


def loss_case(op, options, x, loss):
    x.requires_grad_()
    losses = loss(x)
    losses.mean().backward()
    return {"op": op, "options": options, "input": block(x), "output": block(losses), "gradInput": block(x.grad)}


def mask_of(connections, into):
    mask = torch.zeros(len(connections), into, 1, 1, dtype=torch.float64)
    for out, row in enumerate(connections):
        mask[out, row] = 1
    return mask


def map_loss(z, labels, j):
    """Equation 9 with z = -y, as softmax's cross-entropy with one more logit -j."""
    more = torch.cat([z, torch.full((len(z), 1), -j, dtype=z.dtype)], 1)
    return F.cross_entropy(more, labels, reduction="none")


def mse_loss(z, labels):
    return -z.gather(1, labels[:, None])[:, 0]


c3_table = [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5],
            [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5],
            [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]]


def make_layers():
    cases = []
    for amplitude, slope, shape in [(1, 1, (5, 3, 4, 3)), (1.7159, 2 / 3, (6, 2, 5, 3)), (0.5, 3, (3, 7))]:
        x = random(*shape, scale=2)
        x.view(-1)[:8] = torch.tensor([0, 1 / 256, -1 / 256, 0.625, -0.625, 9, -20, 30], dtype=torch.float64)
        cases.append(case("tanh", {"amplitude": amplitude, "slope": slope}, x, lambda x: amplitude * torch.tanh(slope * x)))
    for shape in [(5, 3, 4, 3), (3, 7)]:
        x = random(*shape, scale=4)
        x.view(-1)[:6] = torch.tensor([0, 1 / 256, -1 / 256, 15, -15, 60], dtype=torch.float64)
        cases.append(case("sigmoid", {}, x, torch.sigmoid))
    for n, c, h, w, kernel, stride in [(5, 3, 6, 8, (2, 2), (2, 2)), (3, 2, 7, 6, (3, 2), (2, 1)), (4, 1, 5, 5, (5, 5), (1, 1))]:
        options = {"kernelSize": kernel, "stride": stride}
        cases.append(case("avgPool2d", options, random(n, c, h, w), lambda x: F.avg_pool2d(x, kernel, stride)))
    for n, c, h, w, (kh, kw) in [(5, 6, 6, 4, (2, 2)), (3, 1, 7, 5, (3, 2)), (9, 5, 4, 4, (2, 2))]:
        cases.append(case("subsample2d", {"kernelSize": (kh, kw)}, random(n, c, h, w),
                          lambda x, a, b: a[:, None, None] * (kh * kw * F.avg_pool2d(x, (kh, kw))) + b[:, None, None],
                          random(c), random(c)))
    for n, into, h, w, table, kernel, stride, padding in [
        (3, 6, 7, 6, c3_table, (5, 5), (1, 1), (0, 0)),
        (5, 3, 6, 5, [[0, 2], [1], [0, 1, 2], [2]], (3, 2), (2, 1), (1, 0)),
        (4, 2, 3, 3, [[1], [0]], (3, 3), (1, 1), (0, 0)),
    ]:
        mask = mask_of(table, into)
        weight = random(len(table), into, *kernel) * mask
        cases.append(case("conv2d", {"stride": stride, "padding": padding, "connections": table}, random(n, into, h, w),
                          lambda x, a, b: F.conv2d(x, a * mask, b, stride, padding), weight, random(len(table))))
    for n, features, classes in [(5, 7, 3), (8, 84, 10)]:
        codes = torch.from_numpy(2.0 * rng.integers(0, 2, (classes, features)) - 1)
        cases.append(case("rbf", {"codes": codes.tolist()}, random(n, features),
                          lambda x: -((x[:, None] - codes) ** 2).sum(2)))
    cases.append(case("rescale", {"low": -0.1, "high": 1.175}, random(5, 2, 3, 4), lambda x: -0.1 + 1.275 * x))
    for n, c, h, w, (rows, columns), value in [(5, 1, 4, 3, (2, 2), -0.1), (3, 3, 2, 4, (0, 3), 0)]:
        cases.append(case("pad2d", {"padding": (rows, columns), "value": value}, random(n, c, h, w),
                          lambda x: F.pad(x, (columns, columns, rows, rows), value=value)))
    for n, classes, scale, j in [(7, 10, 1, 0.1), (5, 10, 60, 0.1), (6, 3, 300, 100), (5, 4, 5, 3)]:
        z = -random(n, classes, scale=scale).abs()
        labels = torch.from_numpy(rng.integers(0, classes, n))
        cases.append(loss_case("mapLoss", {"labels": labels.tolist(), "j": j}, z, lambda z: map_loss(z, labels, j)))
        cases.append(loss_case("mseLoss", {"labels": labels.tolist()}, z.detach().clone(), lambda z: mse_loss(z, labels)))
    return cases


# ---- second derivatives -----------------------------------------------------------------------------------------------


def curve_conv2d(x, h, weight, bias, stride=(1, 1), padding=(0, 0), mask=None):
    """Every connection has its own weight: the chain rule with the squares of weights and inputs."""
    x, weight = (x**2).requires_grad_(), (weight**2).requires_grad_()
    y = F.conv2d(x, weight if mask is None else weight * mask, None, stride, padding)
    y.backward(h)
    return x.grad, weight.grad, h.sum((0, 2, 3))


def curve_linear(x, h, weight, bias):
    return h @ weight**2, h.T @ x**2, h.sum(0)


def curve_through(function):
    """A function of each element alone: h f'(x)²."""
    def curve(x, h):
        x = x.clone().requires_grad_()
        function(x).sum().backward()
        return (h * x.grad**2,)
    return curve


def curve_routed(function, power):
    """A layer whose every connection has the same weight, so that the gradient times that weight is its square."""
    def curve(x, h):
        x = x.clone().requires_grad_()
        function(x).backward(h)
        return (x.grad * power,)
    return curve


def curve_subsample(x, h, coefficient, bias, kernel):
    area = kernel[0] * kernel[1]
    sums = area * F.avg_pool2d(x, kernel)
    spread = (coefficient**2)[:, None, None] * h
    x = x.clone().requires_grad_()
    (area * F.avg_pool2d(x, kernel)).backward(spread)
    return x.grad, (sums**2 * h).sum((0, 2, 3)), h.sum((0, 2, 3))


def curve_loss(loss, x):
    """The exact second derivative of each image's loss by each of its features."""
    x = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(x).sum(), x, create_graph=True)
    columns = [torch.autograd.grad(g[:, i].sum(), x, retain_graph=True)[0][:, i] for i in range(x.shape[1])]
    return torch.stack(columns, 1)


def curvature_case(op, options, x, curve, out, weight=None, bias=None):
    h = random(*out).abs()
    parameters = [t for t in (weight, bias) if t is not None]
    result = {"op": op, "options": options, "input": block(x), "gradOutput": block(h)}
    for name, t in zip(["weight", "bias"], parameters):
        result[name] = block(t)
    for name, t in zip(["gradInput", "gradWeight", "gradBias"], curve(x, h, *parameters)):
        result[name] = block(t)
    return result


def check_linear():
    """For E = sum of h y² / 2 + c y the recursion through a linear layer is the exact diagonal of the Hessian by its weights."""
    x, weight, h = random(4, 3), random(2, 3), random(4, 2).abs()
    energy = lambda w: (h * (x @ w.T) ** 2 / 2 + x @ w.T).sum()
    hessian = torch.autograd.functional.hessian(lambda w: energy(w.reshape(2, 3)), weight.flatten())
    assert torch.allclose(hessian.diagonal().reshape(2, 3), curve_linear(x, h, weight, None)[1])


def check_unshared():
    """A convolution whose weights are copied for every connection: the copies' exact second derivatives add up to the recursion's."""
    x, weight, h = random(2, 2, 4, 4), random(3, 2, 3, 3), random(2, 3, 2, 2).abs()
    columns = F.unfold(x, 3).transpose(1, 2)  # [images, positions, taps]
    copies = weight.flatten(1).expand(2, 4, 3, 18).clone()
    heights = h.flatten(2).transpose(1, 2)
    energy = lambda w: (heights * torch.einsum("npt,npot->npo", columns, w) ** 2 / 2).sum()
    second = torch.autograd.functional.hessian(lambda w: energy(w.reshape(copies.shape)), copies.flatten()).diagonal()
    assert torch.allclose(second.reshape(copies.shape).sum((0, 1)).reshape(weight.shape), curve_conv2d(x, h, weight, None)[1])


def make_curvature():
    check_linear()
    check_unshared()
    cases = [curvature_case("linear", {}, random(6, 7), curve_linear, (6, 5), random(5, 7), random(5))]
    for n, into, size, outs, kernel, stride, padding, table in [
        (3, 2, (6, 5), 3, (3, 2), (1, 1), (0, 0), None),
        (5, 3, (6, 5), 4, (3, 2), (2, 1), (1, 0), [[0, 2], [1], [0, 1, 2], [2]]),
        (6, 4, (3, 3), 5, (3, 3), (1, 1), (0, 0), None),
    ]:
        mask = mask_of(table, into) if table else None
        weight = random(outs, into, *kernel)
        weight = weight * mask if table else weight
        out = F.conv2d(torch.zeros(n, into, *size).double(), weight, None, stride, padding).shape
        options = {"stride": stride, "padding": padding} | ({"connections": table} if table else {})
        cases.append(curvature_case("conv2d", options, random(n, into, *size),
                                    lambda x, h, a, b: curve_conv2d(x, h, a, b, stride, padding, mask), out, weight, random(outs)))
    shape = (5, 2, 3, 3)
    cases.append(curvature_case("tanh", {"amplitude": 1.7159, "slope": 2 / 3}, random(*shape),
                                curve_through(lambda x: 1.7159 * torch.tanh(2 / 3 * x)), shape))
    cases.append(curvature_case("sigmoid", {}, random(*shape), curve_through(torch.sigmoid), shape))
    cases.append(curvature_case("relu", {}, random(*shape), curve_through(torch.relu), shape))
    cases.append(curvature_case("rescale", {"low": -0.1, "high": 1.175}, random(*shape), curve_through(lambda x: 1.275 * x), shape))
    pool = {"kernelSize": (2, 2), "stride": (2, 2)}
    cases.append(curvature_case("avgPool2d", pool, random(5, 3, 4, 6), curve_routed(lambda x: F.avg_pool2d(x, 2), 1 / 4), (5, 3, 2, 3)))
    cases.append(curvature_case("maxPool2d", pool, random(5, 3, 4, 6), curve_routed(lambda x: F.max_pool2d(x, 2), 1), (5, 3, 2, 3)))
    cases.append(curvature_case("pad2d", {"padding": (1, 2), "value": 0.5}, random(3, 2, 3, 2),
                                curve_routed(lambda x: F.pad(x, (2, 2, 1, 1), value=0.5), 1), (3, 2, 5, 6)))
    cases.append(curvature_case("subsample2d", {"kernelSize": (2, 2)}, random(5, 3, 4, 6),
                                lambda x, h, a, b: curve_subsample(x, h, a, b, (2, 2)), (5, 3, 2, 3), random(3), random(3)))
    codes = torch.from_numpy(2.0 * rng.integers(0, 2, (4, 6)) - 1)
    cases.append(curvature_case("rbf", {"codes": codes.tolist()}, random(5, 6),
                                lambda x, h: ((h[:, :, None] * (2 * (x[:, None] - codes)) ** 2).sum(1),), (5, 4)))
    x, labels = random(7, 6), torch.from_numpy(rng.integers(0, 4, 7))
    distance = lambda x: mse_loss(-((x[:, None] - codes) ** 2).sum(2), labels)
    ends = [{"codes": codes.tolist(), "labels": labels.tolist(), "input": block(x), "curvature": block(curve_loss(distance, x))}]
    z, labels = random(5, 4), torch.tensor([0, 3, 1, 1, 2])
    h = curve_loss(lambda z: F.cross_entropy(z, labels, reduction="none"), z)
    ends.append({"labels": labels.tolist(), "input": block(z), "curvature": block(h)})
    return cases, ends


# ---- the network --------------------------------------------------------------------------------------------------------

shapes = {"c1.weight": (6, 1, 5, 5), "c1.bias": (6,), "s2.weight": (6,), "s2.bias": (6,), "c3.weight": (16, 6, 5, 5),
          "c3.bias": (16,), "s4.weight": (16,), "s4.bias": (16,), "c5.weight": (120, 16, 5, 5), "c5.bias": (120,),
          "f6.weight": (84, 120), "f6.bias": (84,)}
fan_in = {"c1": 25, "s2": 4, "c3": 25 * np.array([len(row) for row in c3_table]), "s4": 4, "c5": 400, "f6": 120}
c3_mask = mask_of(c3_table, 6)
rows = """
3E 00 1C 36 63 63 63 63 36 1C 00 00
0C 1C 3C 0C 0C 0C 0C 0C 0C 3F 00 00
3E 00 3E 63 43 06 1C 30 60 7F 00 00
7F 03 06 0C 1E 03 03 03 63 3E 00 00
3E 00 00 33 33 73 63 63 67 3F 03 03
3E 00 7F 60 60 3C 1E 03 63 3E 00 00
1E 30 60 60 7E 73 63 63 73 3E 00 00
7F 03 03 06 0C 0C 18 18 18 18 00 00
3E 63 63 63 3E 63 63 63 63 3E 00 00
3E 67 63 63 67 3F 03 03 06 3C 00 00"""
codes = torch.tensor([[2.0 * (byte >> bit & 1) - 1 for byte in bytes.fromhex(line) for bit in range(6, -1, -1)]
                      for line in rows.strip().split("\n")])


def initial():
    weights = {}
    for name, shape in shapes.items():
        bound = 2.4 / np.broadcast_to(fan_in[name[:2]], shape[:1]).reshape((-1,) + (1,) * (len(shape) - 1))
        weights[name] = torch.from_numpy((rng.uniform(-1, 1, shape) * bound).astype("float32"))
    weights["c3.weight"] *= c3_mask.float()
    return weights


def squash(a):
    return 1.7159 * torch.tanh(2 / 3 * a)


def subsample(x, weight, bias):
    return weight[:, None, None] * (4 * F.avg_pool2d(x, 2)) + bias[:, None, None]


def layers(w):
    """Name of the parameters, and the sum before the squash as a function of the layer's input."""
    mask = c3_mask.to(w["c3.weight"].dtype)
    return [
        ("c1", lambda x: F.conv2d(x, w["c1.weight"], w["c1.bias"])),
        ("s2", lambda x: subsample(x, w["s2.weight"], w["s2.bias"])),
        ("c3", lambda x: F.conv2d(x, w["c3.weight"] * mask, w["c3.bias"])),
        ("s4", lambda x: subsample(x, w["s4.weight"], w["s4.bias"])),
        ("c5", lambda x: F.conv2d(x, w["c5.weight"], w["c5.bias"])),
        ("f6", lambda x: F.linear(x.flatten(1), w["f6.weight"], w["f6.bias"])),
    ]


def prepare(images, dtype):
    return F.pad(-0.1 + 1.275 * images.to(dtype), (2, 2, 2, 2), value=-0.1)


def logits(w, x):
    for _, layer in layers(w):
        x = squash(layer(x))
    return -((x[:, None] - codes.to(x.dtype)) ** 2).sum(2)


loss_of = {
    "map": lambda z, labels: map_loss(z, labels, 0.1).mean(),
    "mse": lambda z, labels: mse_loss(z, labels).mean(),
    "cross-entropy": lambda z, labels: F.cross_entropy(z, labels),
}


def hessian(w, x, labels):
    """Mean over the images of the recursion, from the distance to the right code (equation 8)."""
    inputs, sums = [], []
    for _, layer in layers(w):
        inputs.append(x)
        sums.append(layer(x))
        x = squash(sums[-1])
    z = lambda x: -((x[:, None] - codes.to(x.dtype)) ** 2).sum(2)
    h = curve_loss(lambda x: mse_loss(z(x), labels), x)
    found = {}
    for (name, _), x, a in reversed(list(zip(layers(w), inputs, sums))):
        h = curve_through(squash)(a, h)[0]
        weight, bias = w[name + ".weight"], w[name + ".bias"]
        if name[0] == "s":
            h, hw, hb = curve_subsample(x, h, weight, bias, (2, 2))
        elif name == "f6":
            hx, hw, hb = curve_linear(x.flatten(1), h, weight, bias)
            h = hx.reshape(x.shape)
        else:
            h, hw, hb = curve_conv2d(x, h, weight, bias, mask=c3_mask if name == "c3" else None)
        found |= {name + ".weight": hw / len(labels), name + ".bias": hb / len(labels)}
    return {name: found[name] for name in shapes}


runs = {
    "sgd-map": {"optimizer": "sgd", "rate": 0.001, "loss": "map", "batch": 32, "steps": 100},
    "adam-mse": {"optimizer": "adam", "rate": 0.001, "loss": "mse", "batch": 32, "steps": 60},
    "sgd-cross-entropy": {"optimizer": "sgd", "rate": 0.001, "loss": "cross-entropy", "batch": 32, "steps": 40},
    "sdlm-map": {"optimizer": "sdlm", "rate": 0.00002, "loss": "map", "batch": 1, "steps": 500},
}


def train(run, start, images, labels, dtype):
    w = {name: t.to(dtype).clone().requires_grad_() for name, t in start.items()}
    optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}.get(run["optimizer"])
    optimizer = optimizer and optimizer(w.values(), run["rate"])
    if optimizer is None:
        h = hessian({name: t.detach().double() for name, t in w.items()}, prepare(images[:500], torch.float64), labels[:500])
    losses = []
    for step in range(run["steps"]):
        part = slice(step * run["batch"], (step + 1) * run["batch"])
        loss = loss_of[run["loss"]](logits(w, prepare(images[part], dtype)), labels[part])
        for t in w.values():
            t.grad = None
        loss.backward()
        losses.append(loss.item())
        if optimizer:
            optimizer.step()
            continue
        with torch.no_grad():
            for name, t in w.items():
                t -= run["rate"] / (0.02 + h[name].to(dtype)) * t.grad
    return losses, {name: t.detach() for name, t in w.items()}


def make_network():
    images, labels = load_mnist()
    start = initial()
    save_safetensors(here / "lenet5-1998-initial.safetensors", start)
    finals, results = {}, {}
    h = hessian({name: t.double() for name, t in start.items()}, prepare(images[:500], torch.float64), labels[:500])
    finals |= {f"hessian/{name}": t for name, t in h.items()}
    for name, run in runs.items():
        losses, final = train(run, start, images, labels, torch.float64)
        single, final32 = train(run, start, images, labels, torch.float32)
        way = torch.cat([(final[k] - start[k]).flatten() for k in shapes]).norm()
        apart = torch.cat([(final[k] - final32[k]).flatten() for k in shapes]).norm()
        worst = max(abs(a - b) / (1 + abs(a)) for a, b in zip(losses, single))
        results[name] = run | {"losses": losses, "float32": {"loss": worst, "way": (apart / way).item()}}
        finals |= {f"{name}/{k}": t for k, t in final.items()}
        print(name, f"{losses[0]:.4f} -> {losses[-1]:.4f}; float32: losses {worst:.1e}, way {apart / way:.1e}")
    save_safetensors(here / "lenet5-1998-final.safetensors", finals)
    (here / "lenet5-1998.json").write_text(json.dumps(results, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    curvature, ends = make_curvature()
    lines = lambda cases: "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]"
    (here / "layers-1998.json").write_text(lines(make_layers()) + "\n")
    (here / "curvature.json").write_text(f'{{"layers":{lines(curvature)},"ends":{lines(ends)}}}\n')
    make_network()
